"""The dataset of a report: what each key of its cohort has, a column a question (semantics.md section 7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from measuremart.plan.nodes import Leaf, Plan, Report, Subquery
from measuremart.referee.contexts import Lookup, Table, nulls_last, same_context
from measuremart.referee.days import earliest
from measuremart.referee.statuses import date_order
from measuremart.referee.subqueries import Numbered
from measuremart.referee.world import Member

TableOf = Callable[[str], Table]
NumberedOf = Callable[[Subquery], list[Numbered]]
Value = bool | dt.date | Decimal | None


@dataclass(frozen=True)
class DatasetRow:
    """A key of the report's cohort with its cohort date, and its values by column."""

    member: Member
    values: dict[str, Value]


def dataset_of(
    plan: Plan, report: Report, members: set[Member], table: TableOf, numbered: NumberedOf
) -> list[DatasetRow]:
    """Return one row per cohort key."""
    subs = [pair for name in report.cohorts for pair in plan.cohorts[name].definitions]
    measures = {m for _, m in subs} | {m for i in report.listed for m in i.measures()} | set(report.dataset)
    grain = report.types.grain
    lookups = {m: Lookup(table(m)) for m in measures}
    rows = {member: DatasetRow(member, {}) for member in members}
    for member, row in rows.items():
        for sub, m in subs:
            row.values[f"{sub}__cohort_date"] = earliest(lookups[m].dates(member.key, grain))
        for m, lookup in lookups.items():
            row.values[f"{m}__qualified"] = bool(lookup.matching(member.key, grain))
            row.values[f"{m}__date"] = earliest(lookup.dates(member.key, grain))
    for m in measures:
        leaf = plan.measures[m].expression
        if not isinstance(leaf, Leaf) or leaf.subquery.number is None:
            continue
        found = numbered(leaf.subquery)
        for member, row in rows.items():
            own = [n for n in found if same_context(member.key, grain, n.member.key, leaf.types.grain)]
            row.values[f"{m}__number"] = first_number(own)
    return list(rows.values())


def first_number(rows: list[Numbered]) -> Decimal | None:
    """Return the number on the row of the first known date; of several such, of the lowest event, then the lowest."""
    order = sorted(
        rows,
        key=lambda n: (
            date_order(n.member.measure_date),
            nulls_last(n.event_id),
            (n.number is None, n.number or Decimal(0)),
        ),
    )
    return order[0].number if order else None
