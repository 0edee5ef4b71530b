"""Examples, answered by the referee."""

from __future__ import annotations

import datetime as dt

from measuremart.plan.example_results import ResultRow
from measuremart.plan.examples import Example
from measuremart.plan.nodes import Plan
from measuremart.referee.evaluate import Referee
from measuremart.referee.world import Member, World

_Row = tuple[int, int | None, int, dt.date | None]


def world_of(example: Example) -> World:
    """Return the rows, the vocabulary and the clock of an example."""
    tables = {
        table.relation: [dict(zip((c.name for c in table.columns), row, strict=True)) for row in table.rows]
        for table in example.tables
    }
    return World(tables, set(example.ancestors), dict(example.codes), example.as_of)


def answer(plan: Plan, example: Example) -> dict[str, set[_Row]]:
    """Return the members of every table that the example expects something of."""
    referee = Referee(plan, world_of(example))
    return {e.table: {_row(m) for m in _members(referee, e.table)} for e in example.expected}


def results(plan: Plan, example: Example) -> set[ResultRow]:
    """Return what a report says of the example's cohort; nothing where the example asks no report."""
    if example.asked is None:
        return set()
    cohort = {Member(*row) for row in example.asked.cohort}
    found = Referee(plan, world_of(example)).asked(example.asked.report, cohort)
    return {
        (
            r.person_id,
            r.episode_id,
            r.measure_resolver,
            r.status,
            r.reason_code,
            r.denominator_date,
            r.numerator_date,
        )
        for r in found
    }


def _members(referee: Referee, table: str) -> set[Member]:
    layer, name = table.split("__", 1)
    return referee.measure(name) if layer == "measure" else referee.indicator(name)


def _row(member: Member) -> _Row:
    return (member.person_id, member.episode_id, member.measure_resolver, member.measure_date)
