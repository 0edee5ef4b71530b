"""What surrounds the treatment of a primary: referral, tests, stage, meetings, talks, refusals."""

from typing import Any

import numpy as np

from benchmarks.synthetic_omop import codes as c
from benchmarks.synthetic_omop.cancers import OTHER, Primaries
from benchmarks.synthetic_omop.draws import Bools, Ints
from benchmarks.synthetic_omop.schema import EVENT_FIELDS
from benchmarks.synthetic_omop.store import NULL, Store, hide, later, moment

RECORD = c.FROM_RECORD


def add_referrals(store: Store, p: Primaries) -> None:
    """By letter (an observation), by an urgent visit, by both, or not recorded."""
    draws, rows = store.draws, len(p)
    how = draws.between(rows, 1, 100)
    letter = how <= 50
    store.event(
        "observation",
        p.person[letter],
        p.referred[letter],
        p.root[letter],
        linked=0.93,
        observation_concept_id=c.REFERRAL_LETTER,
        observation_type_concept_id=RECORD,
    )
    seen = (how > 42) & (how <= 75)
    store.event(
        "visit_occurrence",
        p.person[seen],
        p.referred[seen],
        p.root[seen],
        linked=0.93,
        visit_concept_id=c.URGENT_REFERRAL,
        visit_type_concept_id=RECORD,
        visit_end_date=p.referred[seen],
        provider_id=1 + 6 * draws.between(int(seen.sum()), 0, 2),
        care_site_id=draws.between(int(seen.sum()), 1, 6),
        visit_source_value="urgent",
    )


def add_visits(store: Store, p: Primaries) -> Ints:
    """A clinic visit at diagnosis for nearly everybody, a stay in hospital for some; gives the clinic visit or null."""
    draws, rows = store.draws, len(p)
    clinic = draws.chance(rows, 0.85)
    stay = draws.chance(rows, 0.25)
    visit = np.full(rows, NULL)
    for who, after, concept, nights in ((clinic, 0, c.OUTPATIENT, 0), (stay, 12, c.INPATIENT, 6)):
        size = int(who.sum())
        ids = store.event(
            "visit_occurrence",
            p.person[who],
            p.found[who] + after,
            p.root[who],
            linked=0.2,
            visit_concept_id=concept,
            visit_type_concept_id=RECORD,
            visit_end_date=p.found[who] + after + nights,
            provider_id=draws.between(size, 1, 18),
            care_site_id=draws.between(size, 1, 6),
        )
        if concept == c.OUTPATIENT:
            visit[who] = ids
    return visit


def add_stages(store: Store, p: Primaries, diagnosis: Ints) -> None:
    """The stage by examination, a few days after the diagnosis; for about half under the microscope as well.

    Two in five say which diagnosis they modify; few of these are linked to an episode as well, some to another one.
    """
    draws, rows = store.draws, len(p)
    shift = draws.pick(rows, [0, 4, 12, 90, 91, 150], [30, 30, 30, 2, 2, 4])
    clinical = draws.chance(rows, 0.88)
    concepts = np.where(
        draws.chance(rows, 0.4), np.take(c.STAGES, p.stage - 1), np.take(c.CLINICAL_STAGES, p.stage - 1)
    )
    lettered = draws.chance(rows, 0.6)
    concepts = np.where(lettered & (p.stage == 1), c.STAGE_IB, concepts)
    concepts = np.where(lettered & (p.stage == 2), c.STAGE_IIA, concepts)
    micro = draws.chance(rows, np.where(p.stage == 4, 0.2, 0.5))
    for who, on, concept in (
        (clinical, p.found + shift, concepts),
        (micro, p.proven, np.take(c.MICROSCOPE_STAGES, p.stage - 1)),
    ):
        modifies = draws.chance(rows, 0.4)
        linked = ~modifies | draws.chance(rows, 0.3)
        stray = draws.chance(rows, 0.05)  # says one thing by its link, another by what it modifies
        field, _ = EVENT_FIELDS["condition_occurrence"]
        store.event(
            "measurement",
            p.person[who],
            on[who],
            hide(np.where(stray, np.roll(p.root, 1), p.root), ~linked)[who],
            undated=9,
            measurement_concept_id=concept[who],
            measurement_type_concept_id=c.FROM_REGISTRY,
            measurement_source_value="stage",
            measurement_event_id=hide(diagnosis, ~modifies)[who],
            meas_event_field_concept_id=np.where(modifies, field, NULL)[who],
        )


def add_tissue(store: Store, p: Primaries) -> None:
    """A sample taken, and its result: cancer, no cancer, cannot tell, or nothing said (null and 0)."""
    draws, rows = store.draws, len(p)
    taken = draws.chance(rows, 0.7)
    size = int(taken.sum())
    where: dict[str, Any] = {"person": p.person[taken], "episode": p.root[taken]}
    store.event(
        "procedure_occurrence",
        on=p.proven[taken] - 2,
        procedure_concept_id=c.TISSUE_SAMPLE,
        procedure_type_concept_id=RECORD,
        **where,
    )
    result = draws.pick(size, [c.TISSUE_CANCER, c.TISSUE_CLEAR, c.TISSUE_UNSURE, 0, NULL], [78, 6, 8, 4, 4])
    store.event(
        "measurement",
        on=p.proven[taken],
        undated=9,
        measurement_concept_id=c.TISSUE_RESULT,
        measurement_type_concept_id=RECORD,
        value_as_concept_id=result,
        measurement_source_value="tissue",
        **where,
    )


def add_fitness(store: Store, p: Primaries, untested: Bools) -> None:
    """The ECOG score, once or twice, sometimes without its number or with a 9 for not known; breath tests."""
    draws, rows = store.draws, len(p)
    first = draws.pick(rows, [0, 1, 2, 3, 4, 9, -1], [38, 38, 9, 3, 2, 4, 6])
    second = np.minimum(first + 1, 4)
    for who, on, score in (
        (draws.chance(rows, 0.93), p.found + draws.pick(rows, [-2, 0, 6]), first),
        (draws.chance(rows, 0.2), p.found + 120, np.where(first == 9, 9, second)),
    ):
        number = np.where(score < 0, np.nan, score.astype(np.float64))
        store.event(
            "measurement",
            p.person[who],
            on[who],
            p.root[who],
            linked=0.75,
            undated=9,
            measurement_concept_id=c.ECOG,
            measurement_type_concept_id=RECORD,
            value_as_number=number[who],
            value_as_concept_id=draws.pick(int(who.sum()), [0, NULL]),
            measurement_source_value="ECOG",
        )
    tested = np.flatnonzero((p.kind != OTHER) & ~untested & draws.chance(rows, 0.6))
    add_breath_tests(store, p, tested, p.found[tested] + draws.pick(len(tested), [-20, 0, 5]))


def add_breath_tests(store: Store, p: Primaries, at: Ints, on: Ints) -> None:
    """Breath tests of those primaries, some without the number, which were not done."""
    draws, size = store.draws, len(at)
    number = draws.between(size, 300, 1100) / 10
    store.event(
        "measurement",
        p.person[at],
        on,
        p.root[at],
        linked=0.5,
        undated=10,
        measurement_concept_id=c.LUNG_FUNCTION,
        measurement_type_concept_id=RECORD,
        value_as_number=np.where(draws.chance(size, 0.08), np.nan, number),
        unit_concept_id=draws.pick(size, [c.PERCENT, 0, NULL], [8, 1, 1]),
        measurement_source_value="FEV1",
    )


def add_habits(store: Store, p: Primaries) -> None:
    """Smoking, with unknown, 0 and null among the answers."""
    draws, rows = store.draws, len(p)
    asked = draws.chance(rows, 0.95)
    size = int(asked.sum())
    answers = [c.SMOKES, c.SMOKED, c.NEVER_SMOKED, c.SMOKING_UNKNOWN, 0, NULL]
    store.event(
        "observation",
        p.person[asked],
        p.found[asked] + draws.pick(size, [-20, 0, 3]),
        p.root[asked],
        linked=0.7,
        observation_concept_id=c.SMOKING,
        observation_type_concept_id=RECORD,
        value_as_concept_id=draws.pick(size, answers, [32, 42, 14, 6, 3, 3]),
    )


def add_meetings(store: Store, p: Primaries) -> None:
    """Team meetings, as a procedure or (an inconsistency of real sources) as an observation; some out of time."""
    draws, rows = store.draws, len(p)
    after = draws.pick(rows, [-31, -30, -7, 3, 7, 14, 21, 42, 43, 70], [2, 3, 10, 16, 24, 22, 10, 5, 4, 4])
    how = draws.between(rows, 1, 100)
    for who, table, name in (
        (how <= 78, "procedure_occurrence", "procedure"),
        (how > 84, "observation", "observation"),
    ):
        store.event(
            table,
            p.person[who],
            p.found[who] + after[who],
            p.root[who],
            **{f"{name}_concept_id": c.TEAM_MEETING, f"{name}_type_concept_id": RECORD},
        )


def add_palliative(store: Store, p: Primaries) -> None:
    """Referral to palliative care, mostly in stage four; the 60th and 61st day occur."""
    draws, rows = store.draws, len(p)
    sent = draws.chance(rows, np.where(p.stage == 4, 0.8, 0.08))
    size = int(sent.sum())
    after = draws.pick(size, [0, 5, 20, 45, 60, 61, 72, 73, 120], [4, 5, 5, 4, 4, 4, 1, 1, 1])
    store.event(
        "observation",
        p.person[sent],
        p.found[sent] + after,
        p.root[sent],
        linked=0.8,
        undated=8,
        observation_concept_id=c.PALLIATIVE_REFERRAL,
        observation_type_concept_id=RECORD,
    )


def add_choices(store: Store, p: Primaries, declined: Bools, untested: Bools) -> None:
    """Refusals (of treatment, of tests) and clinical trials, whose state stands in the text."""
    draws, rows = store.draws, len(p)
    for who, value in ((declined, c.DECLINED_TREATMENT), (untested, c.DECLINED_TESTS)):
        store.event(
            "observation",
            p.person[who],
            p.found[who] + 8,
            p.root[who],
            observation_concept_id=c.DECLINED,
            observation_type_concept_id=RECORD,
            value_as_concept_id=value,
        )
    asked = draws.chance(rows, 0.12)
    states = np.array(["enrolled", "screened"])
    store.event(
        "observation",
        p.person[asked],
        p.found[asked] + 25,
        p.root[asked],
        observation_concept_id=c.TRIAL,
        observation_type_concept_id=RECORD,
        value_as_string=states[draws.pick(int(asked.sum()), [0, 1], [7, 3])],
    )


def add_illnesses(store: Store, p: Primaries) -> None:
    """Other conditions and aids, which no measure is about."""
    draws, rows = store.draws, len(p)
    other = draws.chance(rows, 0.5)
    size = int(other.sum())
    start = p.found[other] - draws.between(size, 200, 2000)
    store.event(
        "condition_occurrence",
        p.person[other],
        start,
        p.root[other],
        linked=0.0,
        condition_concept_id=draws.pick(size, [c.AIRWAY, c.PRESSURE, c.SUGAR, 0], [5, 5, 3, 1]),
        condition_end_date=hide(later(start, 90), draws.chance(size, 0.7)),
        condition_end_datetime=hide(moment(later(start, 90), 9), draws.chance(size, 0.9)),
        condition_type_concept_id=RECORD,
    )
    aided = draws.chance(rows, 0.1)
    stented = (p.kind != OTHER) & draws.chance(rows, 0.05)
    for who, device in ((aided, c.WALKING_AID), (stented, c.AIRWAY_STENT)):
        store.event(
            "device_exposure",
            p.person[who],
            p.found[who] + 33,
            p.root[who],
            linked=0.5,
            device_concept_id=device,
            device_type_concept_id=RECORD,
            quantity=1.0,
        )
