"""Histories written by hand, so that what chance seldom brings is there whatever the seed.

Both sides of a limit, a missing date that decides, a refusal, a trial. They have no flaws but those that they say.
"""

from typing import Any

import numpy as np

from benchmarks.synthetic_omop import codes as c
from benchmarks.synthetic_omop.cancers import Primaries, add_nested
from benchmarks.synthetic_omop.draws import Ints
from benchmarks.synthetic_omop.people import People
from benchmarks.synthetic_omop.schema import EVENT_FIELDS
from benchmarks.synthetic_omop.store import EXTRACT, NULL, Store, day

Fact = tuple[str, int | None] | tuple[str, int | None, float]
Case = tuple[int, list[Fact]]

BEGIN = day("2024-01-10")  # every case begins here: an episode of care and its diagnosis on day 0
ADULT = day("1990-01-01")

I_B, II_A = c.STAGE_IB, c.STAGE_IIA
ONE, TWO, THREE, FOUR = c.STAGES

# What is recorded, and on which day after the beginning; None is a date that nobody knows.
CASES: list[Case] = [
    (c.SMALL, [("stage", 2, THREE), ("tissue", 3), ("drug", 17), ("rays to cure", 17), ("nurse", -30)]),
    (c.SMALL, [("stage", 2, THREE), ("tissue", 3), ("drug", 18), ("rays to cure", 80), ("nurse", -31)]),
    (c.SMALL, [("stage", 2, TWO), ("tissue", 3), ("no treatment", 8), ("nurse", 30), ("team", 42)]),
    (c.SMALL, [("stage", 2, THREE), ("tissue", 3), ("trial", 8), ("nurse", 31), ("team", 43)]),
    (c.SMALL, [("stage", 2, FOUR), ("tissue", 3), ("loose drug", None), ("team", -30), ("palliative", 62)]),
    (c.GLAND, [("stage", 4, ONE), ("breath", 30), ("rays to cure", 30), ("nurse", None), ("team", -31)]),
    (c.GLAND, [("stage", 4, TWO), ("rays to relieve", 30), ("team", None)]),
    (c.GLAND, [("stage", 4, ONE), ("no treatment", 8)]),
    (c.GLAND, [("stage", 4, TWO), ("trial", 8)]),
    (c.GLAND, [("stage", 4, TWO), ("surgery", 20), ("breath", 21)]),
    (c.FLAT, [("stage", 4, I_B), ("surgery", 20), ("breath", 20), ("drug", 141)]),  # 30 January and 30 May
    (c.FLAT, [("stage", 4, II_A), ("surgery", 20), ("no tests", 8), ("drug", 142)]),  # 31 May: too late
    (c.FLAT, [("stage", 4, I_B), ("surgery", 20), ("breath", None), ("no treatment", 40)]),
    (c.FLAT, [("stage", 4, I_B), ("surgery", 20), ("trial", 8)]),
    (c.FLAT, [("stage", 4, II_A), ("surgery", None), ("drug", 60)]),
    (c.FLAT, [("stage", None, ONE), ("surgery", 20)]),
    (c.GLAND, [("stage", 4, I_B), ("surgery", 100), ("breath", 5), ("drug", 12)]),
    (c.GLAND, [("stage", 4, II_A), ("surgery", 20), ("breath", 5), ("drug", 62)]),
    (c.FLAT, [("stage", 4, II_A), ("surgery", 24), ("breath", 12), ("drug", 70)]),
    (c.GLAND, [("stage", 4, THREE), ("ecog", 3, 1), ("breath", 31), ("rays to cure", 30), ("drug", 40)]),
    (c.GLAND, [("stage", 4, THREE), ("ecog", None, 0), ("rays to cure", 30), ("drug", 40)]),
    (c.GLAND, [("stage", 4, THREE), ("ecog", 3, 0), ("no treatment", 8)]),
    (c.GLAND, [("stage", 4, THREE), ("ecog", 3, 1), ("trial", 8), ("rays to cure", 30)]),
    (c.GLAND, [("stage", 4, TWO), ("no tests", 8), ("rays to cure", 30)]),
    (c.GLAND, [("stage", 4, TWO), ("breath", None), ("rays to cure", 30), ("dies", 88)]),
    (c.GLAND, [("stage", 4, FOUR), ("no tests", 8), ("palliative", 64), ("drug", -26), ("dies", 4)]),
    (c.GLAND, [("stage", 4, FOUR), ("genes", 9, c.GENE_TOO_LITTLE), ("palliative", 65), ("drug", -27), ("dies", 4)]),
    (c.GLAND, [("stage", 4, FOUR), ("palliative", None), ("no treatment", 8)]),
    (c.GLAND, [("stage", 4, FOUR), ("loose drug", None), ("genes", None, c.GENE_CHANGE)]),
    (c.GLAND, [("stage", 4, FOUR), ("trial", 8), ("palliative", 20)]),
]

# What every case has that does not say otherwise.
USUAL: list[Fact] = [("ecog", 2, 1), ("smoking", 1), ("team", 10)]

# The table, its columns and what goes into the column of what is told last.
FACTS: dict[str, tuple[str, dict[str, Any], str | None]] = {
    "stage": ("measurement", {}, "measurement_concept_id"),
    "ecog": ("measurement", {"measurement_concept_id": c.ECOG}, "value_as_number"),
    "tissue": (
        "measurement",
        {"measurement_concept_id": c.TISSUE_RESULT, "value_as_concept_id": c.TISSUE_CANCER},
        None,
    ),
    "breath": ("measurement", {"measurement_concept_id": c.LUNG_FUNCTION, "value_as_number": 81.5}, None),
    "genes": ("measurement", {"measurement_concept_id": c.GENE_TEST}, "value_as_concept_id"),
    "drug": ("drug_exposure", {"drug_concept_id": c.CARBOPLATIN}, None),
    "loose drug": ("drug_exposure", {"drug_concept_id": c.CARBOPLATIN}, None),
    "surgery": ("procedure_occurrence", {"procedure_concept_id": c.LOBE_REMOVAL}, None),
    "rays to cure": ("procedure_occurrence", {"procedure_concept_id": c.RADIOTHERAPY_CURE}, None),
    "rays to relieve": ("procedure_occurrence", {"procedure_concept_id": c.RADIOTHERAPY_COMFORT}, None),
    "nurse": ("procedure_occurrence", {"procedure_concept_id": c.NURSE_TALK}, None),
    "team": ("procedure_occurrence", {"procedure_concept_id": c.TEAM_MEETING}, None),
    "smoking": ("observation", {"observation_concept_id": c.SMOKING, "value_as_concept_id": c.SMOKED}, None),
    "palliative": ("observation", {"observation_concept_id": c.PALLIATIVE_REFERRAL}, None),
    "trial": ("observation", {"observation_concept_id": c.TRIAL, "value_as_string": "enrolled"}, None),
    "no treatment": (
        "observation",
        {"observation_concept_id": c.DECLINED, "value_as_concept_id": c.DECLINED_TREATMENT},
        None,
    ),
    "no tests": ("observation", {"observation_concept_id": c.DECLINED, "value_as_concept_id": c.DECLINED_TESTS}, None),
}
TREATMENTS = ("drug", "rays to cure", "rays to relieve")


def add_cases(store: Store, p: Primaries, people: People) -> None:
    """One case each for grown persons without a tumour, as far as there are such."""
    idle = ~np.isin(people.person, p.person) & (people.born < ADULT)
    for person, (concept, facts) in zip(people.person[idle].tolist(), CASES, strict=False):
        _add_case(store, person, concept, facts)


def _add_case(store: Store, person: int, concept: int, facts: list[Fact]) -> None:
    store.add(
        "observation_period",
        1,
        person_id=person,
        observation_period_start_date=day("2018-07-01"),
        observation_period_end_date=EXTRACT,
        period_type_concept_id=c.FROM_RECORD,
    )
    root = store.add(
        "episode",
        1,
        person_id=person,
        episode_concept_id=c.CARE,
        episode_start_date=BEGIN,
        episode_number=1,
        episode_object_concept_id=c.LUNG,
        episode_type_concept_id=c.FROM_REGISTRY,
        episode_source_value="care",
    )
    _add_event(store, "condition_occurrence", person, BEGIN, root, condition_concept_id=concept)
    said = {what for what, *_ in facts}
    for fact in facts + [usual for usual in USUAL if usual[0] not in said]:
        _add_fact(store, person, root, *fact)


def _add_fact(store: Store, person: int, root: Ints, what: str, on: int | None, told: float | None = None) -> None:
    when = NULL if on is None else BEGIN + on
    if what == "dies":
        store.add("death", 1, person_id=person, death_date=when, death_type_concept_id=c.FROM_RECORD)
        return
    table, values, column = FACTS[what]
    episode = root
    if what in TREATMENTS:
        episode = add_nested(store, np.array([person]), root, c.REGIMEN, np.array([when]))
    _add_event(store, table, person, when, episode, **values, **({column: told} if column else {}))


def _add_event(store: Store, table: str, person: int, when: int, episode: Ints, **values: Any) -> None:
    """An event as it should be: a day, a type, and a link."""
    field, prefix = EVENT_FIELDS[table]
    kind = f"{prefix.removesuffix('_start').removesuffix('_exposure')}_type_concept_id"
    ids = store.add(table, 1, person_id=person, **{f"{prefix}_date": when, kind: c.FROM_RECORD}, **values)
    store.add("episode_event", 1, episode_id=episode, event_id=ids, episode_event_field_concept_id=field)
