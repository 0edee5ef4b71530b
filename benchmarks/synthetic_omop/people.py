"""Persons, where they live, who sees them."""

from dataclasses import dataclass

import numpy as np

from benchmarks.synthetic_omop import codes as c
from benchmarks.synthetic_omop.draws import Ints
from benchmarks.synthetic_omop.store import EXTRACT, Store, day, hide, moment

CARE_SITES = (
    "North Hill Hospital",
    "River Bank Hospital",
    "Old Mill Hospital",
    "West Gate Hospital",
    "Green Lane Clinic",
    "Lake View Clinic",
)
PLACES = (
    ("Ashby Cross", "Northshire"),
    ("Upper Marl", "Northshire"),
    ("Port Ellen Bay", "Southshire"),
    ("Wick End", "Southshire"),
)
PROVIDERS = 18
SPECIALTIES = (c.GENERALIST, c.CANCER_DOCTOR, c.RAY_DOCTOR, c.LUNG_DOCTOR, c.LUNG_NURSE, 0)  # in turn


@dataclass(frozen=True)
class People:
    """Persons of one chunk: their ids and their true days of birth, which the records may not know."""

    person: Ints
    born: Ints
    female: np.ndarray


def add_places(store: Store) -> None:
    """Locations, care sites and providers: once, before the first person."""
    cities, counties = zip(*PLACES, strict=True)
    store.add("location", len(PLACES), city=np.array(cities), county=np.array(counties))
    sites = np.arange(len(CARE_SITES))
    store.add(
        "care_site",
        len(sites),
        care_site_name=np.array(CARE_SITES),
        place_of_service_concept_id=np.where(sites < 4, c.INPATIENT, c.OUTPATIENT),
        location_id=sites % len(PLACES) + 1,
    )
    numbers = np.arange(PROVIDERS)
    store.add(
        "provider",
        PROVIDERS,
        provider_name=np.char.add("Doctor ", (numbers + 1).astype(str)),
        specialty_concept_id=np.take(SPECIALTIES, numbers % len(SPECIALTIES)),
        care_site_id=numbers % len(CARE_SITES) + 1,
    )


def add_people(store: Store, size: int) -> People:
    """Persons. One in 25 knows only the year of birth, one in 50 nothing; a third has the moment as well."""
    draws = store.draws
    born = draws.between(size, day("1934-01-01"), day("1984-12-31"))
    young = draws.between(size, day("2004-06-01"), day("2010-12-31"))
    born = np.where(draws.chance(size, 0.04), young, born)
    sex = draws.pick(size, [c.FEMALE, c.MALE, c.SEX_UNKNOWN, 0], [48, 48, 2, 2])
    dates = born.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    year = dates.astype("datetime64[Y]").astype(np.int64) + 1970
    gap = draws.between(size, 1, 100)
    site = draws.between(size, 1, len(CARE_SITES))
    person = store.add(
        "person",
        size,
        gender_concept_id=sex,
        year_of_birth=hide(year, gap <= 2),
        month_of_birth=hide(months.astype(np.int64) % 12 + 1, gap <= 6),
        day_of_birth=hide((dates - months).astype(np.int64) + 1, gap <= 10),
        birth_datetime=hide(moment(born, 0), (gap <= 10) | (gap > 40)),
        race_concept_id=0,
        ethnicity_concept_id=0,
        location_id=draws.between(size, 1, len(PLACES)),
        provider_id=draws.between(size, 1, PROVIDERS),
        care_site_id=site,
    )
    return People(person, born, sex == c.FEMALE)


def add_observation_periods(store: Store, people: People) -> None:
    """Most persons are watched throughout, some only from mid 2023, some not recorded at all; one in 20 twice."""
    draws, size = store.draws, len(people.person)
    start = day("2019-01-01") + draws.between(size, 0, 700)
    start = np.where(draws.chance(size, 0.06), day("2023-08-01"), start)
    end = np.where(draws.chance(size, 0.05), day("2024-02-29"), EXTRACT)
    known = draws.chance(size, 0.97)
    store.add(
        "observation_period",
        int(known.sum()),
        person_id=people.person[known],
        observation_period_start_date=start[known],
        observation_period_end_date=end[known],
        period_type_concept_id=c.FROM_RECORD,
    )
    earlier = draws.chance(size, 0.05)
    store.add(
        "observation_period",
        int(earlier.sum()),
        person_id=people.person[earlier],
        observation_period_start_date=day("2015-03-01"),
        observation_period_end_date=day("2018-06-30"),
        period_type_concept_id=c.FROM_RECORD,
    )
