"""Treatment of a primary: surgery, radiotherapy, systemic therapy in regimens and cycles; and death."""

from typing import Any

import numpy as np

from benchmarks.synthetic_omop import codes as c
from benchmarks.synthetic_omop import intents
from benchmarks.synthetic_omop.cancers import OTHER, SMALL_CELL, Primaries, add_nested
from benchmarks.synthetic_omop.care import add_breath_tests
from benchmarks.synthetic_omop.draws import Bools, Ints
from benchmarks.synthetic_omop.people import People
from benchmarks.synthetic_omop.store import EXTRACT, NULL, Store, hide, moment

CYCLES = 3
MEDICINES = (c.CISPLATIN, c.CARBOPLATIN, c.PACLITAXEL, c.PEMBROLIZUMAB)


def first_day(store: Store, p: Primaries) -> Ints:
    """The day treatment starts.

    Small-cell: around 14 days after the tissue sample. Others: around 42 days after the referral. Both sides of the
    limit occur.
    """
    draws, rows = store.draws, len(p)
    quick = p.proven + draws.pick(rows, [0, 4, 8, 13, 14, 15, 16, 25], [2, 4, 6, 4, 4, 3, 1, 2])
    steady = p.referred + draws.pick(rows, [30, 36, 41, 42, 43, 44, 60, 95], [7, 8, 7, 5, 5, 2, 2, 2])
    return np.where(p.kind == SMALL_CELL, quick, np.maximum(steady, p.found))


def add_treatments(store: Store, p: Primaries, declined: Bools, growth: tuple[Ints, Ints]) -> Ints:
    """Treatments of all kinds; gives the last day of treatment, null where there was none."""
    draws, rows = store.draws, len(p)
    start = first_day(store, p)
    willing = ~declined | draws.chance(rows, 0.1)
    early, third = p.stage <= 2, p.stage == 3
    surgery = willing & (p.kind != SMALL_CELL) & draws.chance(rows, np.where(early, 0.8, 0.08))
    rays = willing & draws.chance(rows, np.where(third, 0.85, np.where(early & ~surgery, 0.6, 0.25)))
    systemic = willing & draws.chance(rows, np.where(p.kind == SMALL_CELL, 0.85, np.where(third, 0.85, 0.55)))
    around = draws.pick(rows, [-200, -60, 0, 30, 60, 122, 130], [2, 4, 2, 6, 6, 3, 3])
    systemic_start = start + np.where(surgery, around, 0)
    last = np.full(rows, NULL)
    for who, add, begin in (
        (surgery, _surgery, start),
        (rays, _radiotherapy, start),
        (systemic, _systemic, systemic_start),
    ):
        at = np.flatnonzero(who)
        last[at] = np.maximum(last[at], add(store, p, at, begin[at]))
    _operations_that_look_only(store, p)
    _second_line(store, p, *growth)
    _no_more(store, p, np.flatnonzero(surgery & ~systemic), start)
    return last


def _regimen(store: Store, p: Primaries, at: Ints, on: Ints) -> Ints:
    """A plan of treatment; one in six does not say when it began."""
    on = hide(on, store.draws.chance(len(at), 0.16))
    return add_nested(store, p.person[at], p.root[at], c.REGIMEN, on)


def _surgery(store: Store, p: Primaries, at: Ints, start: Ints) -> Ints:
    draws, size = store.draws, len(at)
    concept = draws.pick(size, [c.LOBE_REMOVAL, c.LUNG_REMOVAL, c.WEDGE_REMOVAL, c.HEAT_TREATMENT], [5, 1, 2, 1])
    kind = draws.pick(size, [c.REGIMEN, c.OPERATION])
    plan = add_nested(store, p.person[at], p.root[at], kind, start, NULL)
    operation = np.flatnonzero((kind == c.OPERATION) & draws.chance(size, 0.5))
    store.event(  # medicines of an operation are no therapy of their own
        "drug_exposure",
        p.person[at][operation],
        start[operation],
        plan[operation],
        drug_concept_id=c.ONDANSETRON,
        drug_source_value="ondansetron",
        drug_type_concept_id=c.FROM_RECORD,
    )
    _breath_tests_near(store, p, at, start)
    store.event(
        "procedure_occurrence",
        p.person[at],
        start,
        np.where(draws.chance(size, 0.5), plan, p.root[at]),
        undated=12,
        procedure_concept_id=concept,
        procedure_type_concept_id=c.FROM_RECORD,
        procedure_end_date=start,
        procedure_source_value="operation",
    )
    return start


def _operations_that_look_only(store: Store, p: Primaries) -> None:
    at = np.flatnonzero((p.kind != OTHER) & store.draws.chance(len(p), 0.15))
    concept = store.draws.pick(len(at), [c.CHEST_INSPECTION, c.CHEST_INSPECTION_SAMPLE])
    store.event(
        "procedure_occurrence",
        p.person[at],
        p.proven[at],
        p.root[at],
        procedure_concept_id=concept,
        procedure_type_concept_id=c.FROM_RECORD,
    )


def _radiotherapy(store: Store, p: Primaries, at: Ints, start: Ints) -> Ints:
    """A course of 28 days, linked to its treatment or to the one round of it; gives the last day."""
    draws, size = store.draws, len(at)
    on = start + draws.pick(size, [0, 12, 21, 22, 30, 43])
    end = on + 28
    cure = draws.chance(size, np.where(p.stage[at] <= 3, 0.88, 0.1))
    regimen = _regimen(store, p, at, on)
    rounds = draws.chance(size, 0.3)
    round_of = regimen.copy()
    round_of[rounds] = add_nested(store, p.person[at][rounds], regimen[rounds], c.CYCLE, on[rounds])
    how = intents.add_intents(store, p.person[at], on, regimen, cure, c.RADIOTHERAPY)
    says = np.where(cure, c.RADIOTHERAPY_CURE, c.RADIOTHERAPY_COMFORT)
    store.event(
        "procedure_occurrence",
        p.person[at],
        on,
        round_of,
        undated=10,
        procedure_concept_id=np.where(how == intents.BY_PROCEDURE, says, c.RADIOTHERAPY),
        procedure_type_concept_id=c.FROM_RECORD,
        procedure_end_date=end,
        procedure_end_datetime=hide(moment(end, 9), draws.chance(size, 0.5)),
        modifier_concept_id=np.where(how == intents.BY_MODIFIER, np.where(cure, c.INTENT_CURE, c.INTENT_RELIEF), NULL),
        procedure_source_value="rays",
    )
    _breath_tests_near(store, p, at, on)
    return end


def _breath_tests_near(store: Store, p: Primaries, at: Ints, on: Ints) -> None:
    """On the first day of a treatment, or the day after, which is too late."""
    near = store.draws.chance(len(at), 0.4)
    add_breath_tests(store, p, at[near], on[near] + store.draws.pick(int(near.sum()), [0, 1]))


def _systemic(store: Store, p: Primaries, at: Ints, start: Ints) -> Ints:
    """One to three cycles 21 days apart, one or two medicines in each, linked to the cycle."""
    draws, size = store.draws, len(at)
    regimen = _regimen(store, p, at, start)
    intents.add_intents(store, p.person[at], start, regimen, p.stage[at] <= 3, c.CANCER_MEDICINES)
    given = draws.between(size, 1, CYCLES)
    small = p.kind[at] == SMALL_CELL
    medicine = np.where(small, c.CARBOPLATIN, draws.pick(size, MEDICINES))
    medicine = np.where((p.kind[at] == OTHER) & draws.chance(size, 0.3), c.TAMOXIFEN, medicine)
    named = np.array(["cisplatin", "carboplatin", "paclitaxel", "pembrolizumab", "tamoxifen", "etoposide"])
    row_of = {c.CISPLATIN: 0, c.CARBOPLATIN: 1, c.PACLITAXEL: 2, c.PEMBROLIZUMAB: 3, c.TAMOXIFEN: 4}
    label = np.select([medicine == m for m in row_of], list(row_of.values()))
    unmapped = draws.chance(size, 0.06)
    prefix = np.where(draws.chance(size, 0.5), "SACT ", "sact ")
    for number in range(CYCLES):
        now = np.flatnonzero(given > number)
        on = start[now] + 21 * number
        cycle = add_nested(store, p.person[at][now], regimen[now], c.CYCLE, on, number + 1)
        common: dict[str, Any] = {"drug_type_concept_id": c.FROM_RECORD, "drug_exposure_end_date": on}
        text = np.where(unmapped[now], np.char.add(prefix[now], "study medicine"), named[label[now]])
        store.event(
            "drug_exposure",
            p.person[at][now],
            on,
            cycle,
            undated=10,
            drug_concept_id=np.where(unmapped[now], 0, medicine[now]),
            drug_source_value=text,
            quantity=draws.between(len(now), 1, 12) / 2,
            **common,
        )
        second = now[small[now]]
        store.event(
            "drug_exposure",
            p.person[at][second],
            start[second] + 21 * number,
            cycle[small[now]],
            drug_concept_id=c.ETOPOSIDE,
            drug_source_value="etoposide",
            drug_type_concept_id=c.FROM_RECORD,
        )
    calm = np.flatnonzero(draws.chance(size, 0.3))
    store.event(
        "drug_exposure",
        p.person[at][calm],
        start[calm],
        regimen[calm],
        linked=0.3,
        drug_concept_id=c.ONDANSETRON,
        drug_source_value="ondansetron",
        drug_type_concept_id=c.FROM_RECORD,
    )
    return start + 21 * (given - 1)


def _no_more(store: Store, p: Primaries, at: Ints, start: Ints) -> None:
    """Some who were operated on said no to medicines after it."""
    at = at[store.draws.chance(len(at), 0.3)]
    store.event(
        "observation",
        p.person[at],
        start[at] + 20,
        p.root[at],
        observation_concept_id=c.DECLINED,
        observation_type_concept_id=c.FROM_RECORD,
        value_as_concept_id=c.DECLINED_TREATMENT,
    )


def _second_line(store: Store, p: Primaries, at: Ints, growth: Ints) -> None:
    """A second plan of medicines for tumours that grew, below the episode of growth."""
    treated = store.draws.chance(len(at), 0.7)
    at, growth = at[treated], growth[treated]
    on = p.found[at] + 190
    store.event(
        "drug_exposure",
        p.person[at],
        on,
        add_nested(store, p.person[at], growth, c.REGIMEN, on, 2),
        drug_concept_id=c.PACLITAXEL,
        drug_source_value="paclitaxel",
        drug_type_concept_id=c.FROM_RECORD,
        drug_exposure_end_date=on,
    )


def add_deaths(store: Store, p: Primaries, people: People, last: Ints) -> None:
    """Deaths around 30 days after the last treatment, or later; some without a date, some recorded twice."""
    draws, persons = store.draws, len(people.person)
    contact = np.full(persons, NULL)
    np.maximum.at(contact, p.at, np.where(last == NULL, p.found + 40, last))
    dies = np.zeros(persons, dtype=bool)
    np.logical_or.at(dies, p.at, draws.chance(len(p), np.where(p.stage == 4, 0.65, 0.3)))
    after = draws.pick(persons, [6, 19, 29, 30, 31, 33, 75, 200, 380], [2, 2, 2, 3, 3, 3, 8, 8, 7])
    at = np.flatnonzero(dies & (contact + after <= EXTRACT))
    on = contact[at] + after[at]
    unknown = draws.chance(len(at), 0.09)
    _death_rows(store, people.person[at], on, unknown)
    twice = draws.chance(len(at), 0.04)
    _death_rows(store, people.person[at][twice], on[twice], ~unknown[twice])


def _death_rows(store: Store, person: Ints, on: Ints, unknown: Bools) -> None:
    draws, size = store.draws, len(person)
    store.add(
        "death",
        size,
        person_id=person,
        death_date=hide(on, unknown),
        death_datetime=hide(moment(on, 9), unknown | draws.chance(size, 0.6)),
        death_type_concept_id=c.FROM_RECORD,
        cause_concept_id=draws.pick(size, [c.LUNG, 0, NULL]),
    )
