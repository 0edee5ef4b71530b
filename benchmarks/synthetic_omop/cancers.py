"""Primary tumours: what a person falls ill with, when, and the episodes of care that follow."""

from dataclasses import dataclass

import numpy as np

from benchmarks.synthetic_omop import codes as c
from benchmarks.synthetic_omop.draws import Ints
from benchmarks.synthetic_omop.people import People
from benchmarks.synthetic_omop.schema import EVENT_FIELDS
from benchmarks.synthetic_omop.store import EXTRACT, NULL, Store, day, hide, moment
from benchmarks.synthetic_omop.vocabulary import CODES

LARGE_CELL, SMALL_CELL, LINING, OTHER = 0, 1, 2, 3


@dataclass(frozen=True)
class Primaries:
    """One row per primary tumour; `at` is the row of its person in the chunk."""

    at: Ints
    person: Ints
    kind: Ints
    concept: Ints
    found: Ints  # day of the diagnosis
    root: Ints  # id of its episode of care
    stage: Ints  # 1 to 4
    referred: Ints  # day of the referral
    proven: Ints  # day of the tissue sample

    def __len__(self) -> int:
        return len(self.person)


def add_primaries(store: Store, people: People) -> Primaries:
    """No primary for one person in seven; a second for one in seven, some while the first goes on; rarely a third."""
    draws, size = store.draws, len(people.person)
    how_many = draws.pick(size, [0, 1, 2, 3], [15, 70, 13, 2])
    at = np.repeat(np.arange(size), how_many)
    rows = len(at)
    place = np.arange(rows) - np.repeat(np.cumsum(how_many) - how_many, how_many)
    begin = day("2022-11-15")
    first = np.repeat(begin + draws.between(size, 0, 640), how_many)
    found = first + place * draws.pick(rows, [60, 150, 400], [3, 3, 2]) + place * draws.between(rows, 0, 40)
    found = np.minimum(found, EXTRACT - 200)
    kind = draws.pick(rows, [LARGE_CELL, SMALL_CELL, LINING, OTHER], [46, 22, 9, 23])
    referred = found - draws.pick(rows, [3, 7, 14, 21, 28])
    store_roots = _add_roots(store, people.person[at], found, kind)
    return Primaries(
        at=at,
        person=people.person[at],
        kind=kind,
        concept=_concepts(store, kind),
        found=found,
        root=store_roots,
        stage=draws.pick(rows, [1, 2, 3, 4], [23, 15, 33, 29]),
        referred=referred,
        proven=found + draws.pick(rows, [0, 2, 5, 10], [5, 2, 2, 1]),
    )


def _concepts(store: Store, kind: Ints) -> Ints:
    rows, draws = len(kind), store.draws
    large = draws.pick(rows, [c.GLAND, c.FLAT, c.NON_SMALL, c.LUNG_UNSTATED, c.CARCINOID], [42, 32, 16, 5, 5])
    small = draws.pick(rows, [c.SMALL, c.SMALL_MIXED], [3, 1])
    lining = draws.pick(rows, c.LINING, [5, 2, 2, 1])
    other = draws.pick(rows, [c.BREAST, c.BOWEL, c.KIDNEY], [4, 4, 2])
    return np.select([kind == LARGE_CELL, kind == SMALL_CELL, kind == LINING], [large, small, lining], other)


def _add_roots(store: Store, person: Ints, found: Ints, kind: Ints) -> Ints:
    draws, rows = store.draws, len(person)
    start = hide(found - draws.pick(rows, [0, 10, 30], [6, 2, 2]), draws.chance(rows, 0.02))
    length = draws.pick(rows, [150, 420, 800])
    end = hide(found + length, draws.chance(rows, 0.6) | (found + length > EXTRACT))
    clock = draws.chance(rows, 0.3)
    return store.add(
        "episode",
        rows,
        person_id=person,
        episode_concept_id=c.CARE,
        episode_start_date=hide(start, draws.chance(rows, 0.02)),
        episode_start_datetime=np.where(clock, moment(start, 9), NULL),
        episode_end_date=end,
        episode_number=1,
        episode_object_concept_id=np.where(kind == OTHER, c.SPREAD, c.LUNG),
        episode_type_concept_id=c.FROM_REGISTRY,
        episode_source_value="care",
    )


def add_diagnoses(store: Store, p: Primaries, visit: Ints) -> Ints:
    """The tumour as a condition, once or more often; lining tumours partly as a code in the source text alone.

    Gives the ids of the first records.
    """
    draws, rows = store.draws, len(p)
    codes = np.zeros(rows, dtype="U24")
    for concept in np.unique(p.concept).tolist():
        codes[p.concept == concept] = CODES[concept]
    low = draws.chance(rows, 0.3)
    text = np.where(low, np.char.lower(codes), codes)
    text = np.where(p.kind == LINING, np.char.add(text, " left side"), text)
    unmapped = (p.kind == LINING) & draws.chance(rows, 0.4)
    common = {"condition_type_concept_id": c.FROM_RECORD, "condition_status_concept_id": c.CONFIRMED}
    concept = np.where(unmapped, 0, p.concept)
    recorded = store.event(
        "condition_occurrence",
        p.person,
        p.found,
        p.root,
        condition_concept_id=concept,
        condition_source_value=text,
        visit_occurrence_id=visit,
        **common,
    )
    again = draws.chance(rows, 0.3)
    store.event(
        "condition_occurrence",
        p.person[again],
        p.found[again] + draws.pick(int(again.sum()), [14, 60]),
        p.root[again],
        condition_concept_id=concept[again],
        condition_source_value=text[again],
        **common,
    )
    guess = draws.chance(rows, 0.12)
    store.event(
        "condition_occurrence",
        p.person[guess],
        p.referred[guess],
        p.root[guess],
        linked=0.5,
        condition_concept_id=c.AIRWAY,
        condition_type_concept_id=c.FROM_RECORD,
        condition_status_concept_id=c.PRELIMINARY,
        condition_source_value="OTH-1",
    )
    return recorded


def add_spread(store: Store, p: Primaries, diagnosis: Ints) -> tuple[Ints, Ints]:
    """Spread in a third of the tumours, with an episode of its own below the root; also growth, and dirt.

    Spread is recorded as a condition, as a measurement that modifies the diagnosis, or as both. Gives the rows of the
    tumours that grew, and the ids of the episodes of growth.
    """
    draws, rows = store.draws, len(p)
    spread = draws.chance(rows, 0.28)
    person, root = p.person[spread], p.root[spread]
    on = p.found[spread] + draws.pick(len(person), [0, 30, 200], [3, 1, 1])
    below = add_nested(store, person, root, c.METASTATIC, on)
    to_lung = [c.SPREAD_LUNG, c.SPREAD_LUNG_RIGHT, c.SPREAD_LUNG_LEFT, c.SPREAD_LUNG_BOTH, c.SPREAD_LUNG_LINING]
    elsewhere = [c.SPREAD_BRAIN, c.SPREAD_LIVER, c.SPREAD_BONE]
    where = np.where(
        p.kind[spread] == OTHER,
        draws.pick(len(person), [*to_lung, c.SPREAD_LIVER]),
        draws.pick(len(person), [*elsewhere, c.SPREAD_LUNG_BOTH], [4, 4, 4, 2]),
    )
    target = np.where(draws.chance(len(person), 0.7), below, root)
    how = draws.pick(len(person), [1, 2, 3], [4, 4, 2])
    measured = how >= 2
    field, _ = EVENT_FIELDS["condition_occurrence"]
    unsaid = draws.chance(len(person), 0.1)
    store.event(
        "measurement",
        person[measured],
        on[measured],
        target[measured],
        linked=0.4,
        undated=12,
        measurement_concept_id=np.where(unsaid, c.SPREAD_FOUND, where)[measured],
        measurement_type_concept_id=c.FROM_REGISTRY,
        measurement_source_value="spread",
        measurement_event_id=diagnosis[spread][measured],
        meas_event_field_concept_id=field,
    )
    named = how != 2
    store.event(
        "condition_occurrence",
        person[named],
        on[named],
        target[named],
        undated=12,
        condition_concept_id=where[named],
        condition_type_concept_id=c.FROM_RECORD,
        condition_status_concept_id=c.CONFIRMED,
        condition_source_value="spread",
    )
    grown = np.flatnonzero(draws.chance(rows, 0.12))
    growth = add_nested(store, p.person[grown], p.root[grown], c.PROGRESSION, p.found[grown] + 180)
    nested = draws.chance(rows, 0.02)  # an episode of care below another one is no root
    inner = add_nested(store, p.person[nested], p.root[nested], c.CARE, p.found[nested] + 20)
    store.event(
        "condition_occurrence",
        p.person[nested],
        p.found[nested] + 20,
        inner,
        linked=1.0,
        condition_concept_id=p.concept[nested],
        condition_type_concept_id=c.FROM_RECORD,
    )
    return grown, growth


def add_nested(store: Store, person: Ints, parent: Ints, concept: Ints | int, on: Ints, number: Ints | int = 1) -> Ints:
    """Episodes below others."""
    return store.add(
        "episode",
        len(person),
        person_id=person,
        episode_concept_id=concept,
        episode_start_date=on,
        episode_parent_id=parent,
        episode_number=number,
        episode_object_concept_id=0,
        episode_type_concept_id=c.FROM_REGISTRY,
    )
