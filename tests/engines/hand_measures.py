"""The measures of the lung pack by hand, from what the pack says in words."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from hand_algebra import (
    ByEpisode,
    ByPerson,
    Key,
    also_in,
    below,
    by_episode,
    by_person,
    coded,
    concept,
    earlier_than,
    earliest,
    either,
    every,
    every_row,
    first,
    value,
    without,
)
from hand_records import ROOTS_OF_PERSON, Date, Event, adult, code_of, day_of, descendants, load
from hand_targets import RAYS, SURGERY

# ---------------------------------------------------------------------------------------------------------------------
# The measures of the lung pack


def new_lung_cancer() -> ByEpisode:
    """Lung cancer, but for the slow growing kind; begun in 2023 or later, in an adult."""
    kinds = descendants(443388) - descendants(2000000014)
    recorded = first(by_episode("dx_primary", lambda e: concept(e, "dx_primary") in kinds))
    return {
        (person, episode): [on]
        for (person, episode), [on] in recorded.items()
        if on is not None and on >= dt.date(2023, 1, 1) and adult(person, on)
    }


def mesothelioma() -> ByEpisode:
    """One of four codes somewhere in the source text, in upper or lower case, in an adult."""
    codes = [code_of(c).lower() for c in (44499065, 44499069, 44499067, 44499070)]

    def counts(event: Event) -> bool:
        text = event.row["condition_source_value"].lower()
        return any(code in text for code in codes) and adult(event.person, event.day)

    return by_episode("dx_primary", counts)


def lung_metastasis() -> ByEpisode:
    """Spread to a lung or its lining, as a measurement or as a condition."""
    where = (36770283, 36768083, 36768171, 36769532, 36770091)
    return either(coded("dx_mets", *where), coded("dx_any", *where))


def non_small_cell() -> ByEpisode:
    return below("dx_primary", 4115276)


def non_squamous() -> ByEpisode:
    """Non-small-cell that no record calls squamous."""
    return without(non_small_cell(), below("dx_primary", 2000000012))


def small_cell() -> ByEpisode:
    return below("dx_primary", 4110705)


def stage_i_ii() -> ByEpisode:
    return either(below("dx_stage", 1635838), below("dx_stage", 1635131))


def stage_ib_iia() -> ByEpisode:
    return either(below("dx_stage", 2000000049), below("dx_stage", 2000000050))


def stage_iii() -> ByEpisode:
    return below("dx_stage", 1634191)


def stage_i_iii() -> ByEpisode:
    return either(stage_i_ii(), stage_iii())


def stage_iv() -> ByEpisode:
    return below("dx_stage", 1633987)


def ecog(low: float, high: float) -> ByEpisode:
    """A score with a number from low to high."""

    def counts(event: Event) -> bool:
        score = event.row["value_as_number"]
        return concept(event, "measurement") == 36305384 and score != "" and low <= float(score) <= high

    return by_episode("measurement", counts)


def smoking() -> ByEpisode:
    """An answer other than "not known"."""
    return by_episode(
        "observation",
        lambda e: concept(e, "observation") == 43054909 and value(e) is not None and value(e) != 2000000064,
    )


def pathology_confirmed() -> ByEpisode:
    """A stage under the microscope, or a tissue sample that shows cancer."""
    sample = by_episode("measurement", lambda e: concept(e, "measurement") == 2000000051 and value(e) == 2000000052)
    return either(below("dx_stage", 1635740), sample)


def lung_function() -> ByEpisode:
    """A breath test with its number."""
    return by_episode("measurement", lambda e: concept(e, "measurement") == 3024653 and e.row["value_as_number"] != "")


def molecular_testing() -> ByEpisode:
    """A test of the genes, unless the answer is that there was too little tissue."""
    return by_episode("measurement", lambda e: concept(e, "measurement") == 2000000055 and value(e) != 2000000058)


def specialist_seen() -> ByEpisode:
    return either(every_row("specialist_visit"), coded("procedure", 4147722))


def specialist_nurse() -> ByEpisode:
    return either(every_row("nurse_visit"), coded("procedure", 4295043))


def seen_before_referral() -> ByEpisode:
    """A specialist was seen before the day of the first referral."""
    return earlier_than(specialist_seen(), gp_referral())


def discussed_at_mdt() -> ByEpisode:
    return either(coded("procedure", 44790273), coded("observation", 44790273))


def gp_referral() -> ByEpisode:
    return either(coded("observation", 2000000065), coded("visit", 2000000066))


def palliative_referral() -> ByEpisode:
    return coded("observation", 4127745)


def chest_surgery() -> ByEpisode:
    """Operations on the chest, without those that only look."""
    return by_episode("tx_surgical", lambda e: concept(e, "tx_surgical") in SURGERY)


def curative_radiotherapy() -> ByEpisode:
    return every_row("curative_radiotherapy")


def systemic_therapy() -> ByEpisode:
    """Treatments with medicines; cancer medicines but for hormones, and source texts that begin with SACT, in any."""
    medicines = descendants(21601387) - descendants(21602723)
    given = by_episode(
        "drug",
        lambda e: concept(e, "drug") in medicines or e.row["drug_source_value"].lower().startswith("sact "),
    )
    return either(every_row("tx_chemotherapy"), given)


def radiotherapy() -> ByEpisode:
    """Treatments with rays, and rays in none."""
    given = by_episode("procedure", lambda e: concept(e, "procedure") in RAYS)
    return either(every_row("tx_radiotherapy"), given)


def any_cancer_treatment() -> ByEpisode:
    return either(
        every_row("tx_surgical"),
        radiotherapy(),
        systemic_therapy(),
        coded("procedure", 2000000088),  # heat treatment
        coded("device", 2000000091),  # airway stent
    )


def treatment_day() -> ByEpisode:
    """Days on which treatment began, was given or ended."""
    return either(any_cancer_treatment(), every_row("tx_last_day"))


def chemoradiotherapy() -> ByEpisode:
    return every(curative_radiotherapy(), systemic_therapy())


def concurrent_chemoradiotherapy() -> ByEpisode:
    return every_row("tx_concurrent")


def early_non_small_cell() -> ByEpisode:
    return every(non_small_cell(), stage_i_ii())


def early_not_operated() -> ByEpisode:
    """No curative surgery on record, dated or not."""
    return without(early_non_small_cell(), chest_surgery())


def surgery_stage_i_iii() -> ByEpisode:
    """Dated by the surgery."""
    return also_in(chest_surgery(), every(non_small_cell(), stage_i_iii()))


def radiotherapy_stage_i_iii() -> ByEpisode:
    """Dated by the radiotherapy."""
    return also_in(curative_radiotherapy(), every(non_small_cell(), stage_i_iii()))


def surgery_stage_ib_iia() -> ByEpisode:
    """Dated by the surgery."""
    return also_in(chest_surgery(), every(non_small_cell(), stage_ib_iia()))


def stage_iv_since_diagnosis() -> ByEpisode:
    """Dated by the beginning of the episode of care."""
    began: ByEpisode = {(e.person, e.id): [e.start] for roots in ROOTS_OF_PERSON.values() for e in roots}
    return also_in(began, stage_iv())


def stage_iii_not_operated() -> ByEpisode:
    """Stage III by its first known day, unless an operation is known up to 365 days after it."""
    operated = chest_surgery()

    def not_operated(key: Key, staged: Date) -> bool:
        days = [d for d in operated.get(key, []) if d is not None]
        return staged is None or not any(d <= staged + dt.timedelta(days=365) for d in days)

    return {key: [staged] for key, [staged] in first(stage_iii()).items() if not_operated(key, staged)}


def fit_stage_iii() -> ByEpisode:
    return every(non_small_cell(), stage_iii_not_operated(), ecog(0, 1))


def small_cell_confirmed() -> ByEpisode:
    return every(small_cell(), pathology_confirmed())


def clinical_trial() -> ByPerson:
    """Enrolled, not merely screened; holds for the person."""
    return by_person(
        "observation",
        lambda e: concept(e, "observation") == 2000000071 and e.row["value_as_string"] == "enrolled",
    )


def declined(what: int) -> ByEpisode:
    return by_episode("observation", lambda e: concept(e, "observation") == 2000000072 and value(e) == what)


def deaths() -> tuple[ByPerson, ByPerson]:
    """Deaths with a known day, and persons of whom only a death without a day is recorded."""
    dated: dict[int, set[Date]] = defaultdict(set)
    undated: set[int] = set()
    for row in load("death"):
        person, on = int(row["person_id"]), day_of(row, "death")
        if on is None:
            undated.add(person)
        else:
            dated[person].add(on)
    return {p: list(days) for p, days in dated.items()}, {p: [None] for p in undated - set(dated)}


def observed_at_diagnosis() -> set[Key]:
    """The person is observed on the first day of the cancer and each of the 30 days after it."""
    cancer = first(either(new_lung_cancer(), mesothelioma(), lung_metastasis()))
    periods = defaultdict(list)
    for row in load("observation_period"):
        start, end = row["observation_period_start_date"], row["observation_period_end_date"]
        if start:
            last = dt.date.fromisoformat(end[:10]) if end else dt.date.max
            periods[int(row["person_id"])].append((dt.date.fromisoformat(start[:10]), last))
    return {
        (person, episode)
        for (person, episode), [on] in cancer.items()
        if on is not None
        and all(any(a <= on + dt.timedelta(days=n) <= z for a, z in periods[person]) for n in range(31))
    }


# ---------------------------------------------------------------------------------------------------------------------
# The cohort


def cohort_dates() -> dict[Key, Date]:
    """Every key of the report; its date is of the primary cohort where it is in that, else the earliest of all."""
    primary = either(new_lung_cancer(), mesothelioma())
    anywhere = either(primary, lung_metastasis())
    return {key: earliest(primary.get(key, dates)) for key, dates in anywhere.items()}
