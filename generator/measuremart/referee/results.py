"""Reports: the cohort with its dates, and one result per indicator and key or person (semantics.md 5, 6.2, 7)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from measuremart.plan.grain import Grain
from measuremart.plan.nodes import Cohort, Indicator, Report
from measuremart.referee.contexts import Lookup, Table, nulls_last
from measuremart.referee.days import earliest, latest
from measuremart.referee.recorded import RecordedRow, in_context
from measuremart.referee.statuses import Facts, Status, date_order, outcome
from measuremart.referee.world import Key, Member

TableOf = Callable[[str], Table]
# 6.2, `grain: person`: the first of these that any key has.
_BEST_FIRST: tuple[Status, ...] = ("met", "not_met", "exception", "unresolved", "excluded", "ineligible")


@dataclass(frozen=True)
class Result:
    """One row of a report's results (7)."""

    indicator: str
    person_id: int
    episode_id: int | None
    measure_resolver: int
    cohort_date: dt.date | None
    status: Status
    reason: str
    reason_code: str
    reason_measure: str
    denominator_date: dt.date | None
    numerator_date: dt.date | None
    days_between: int | None
    nearest_date: dt.date | None
    days_outside: int | None
    nearest_value: Decimal | None
    period_date: dt.date | None
    is_counted: bool


def cohort_members(cohort: Cohort, table: TableOf) -> set[Member]:
    """Return the union of the sub-cohorts (5)."""
    return {m for _, measure in cohort.definitions for m in table(measure).members}


def report_members(report: Report, cohorts: dict[str, set[Member]]) -> set[Member]:
    """Return each key of the report's cohorts with its cohort date (5).

    It is the earliest known date in the primary cohort where that has the key, else in all of them.
    """
    dates: dict[Key, list[dt.date | None]] = defaultdict(list)
    primary: dict[Key, list[dt.date | None]] = defaultdict(list)
    for name in report.cohorts:
        for m in cohorts[name]:
            dates[m.key].append(m.measure_date)
            if name == report.primary:
                primary[m.key].append(m.measure_date)
    return {Member(*key, earliest(primary.get(key, all_of))) for key, all_of in dates.items()}


def counted_members(report: Report, members: set[Member], table: TableOf) -> set[Member]:
    """Return the cohort keys that are in every measure of `counted`: those that enter aggregates (7)."""
    counted = [Lookup(table(m)) for m in report.counted]
    return {m for m in members if all(c.matching(m.key, report.types.grain) for c in counted)}


def results_of(
    report: Report,
    indicator: Indicator,
    members: set[Member],
    table: TableOf,
    recorded: list[RecordedRow],
    as_of: dt.date,
) -> list[Result]:
    """Return one result per key that is asked, or with `grain: person` per person, as seen from `as_of`.

    `recorded` are the rows of the numerator's concepts that do not count.
    """
    grain = report.types.grain
    numerator = Lookup(table(indicator.numerator))
    denominator = None if indicator.denominator is None else Lookup(table(indicator.denominator))
    exclusions = [(m, Lookup(table(m))) for m in indicator.exclusions]
    exceptions = [(m, Lookup(table(m))) for m in indicator.exceptions]
    unresolved = [(m, Lookup(table(m))) for m in indicator.unresolved]
    counted = counted_members(report, members, table)
    result = []
    for member in members:
        if not _is_asked(indicator, member.measure_date):
            continue
        key = member.key
        facts = Facts(
            as_of=as_of,
            cohort_date=member.measure_date,
            denominator=None if denominator is None else denominator.dates(key, grain),
            numerator=numerator.dates(key, grain),
            elsewhere=[m.measure_date for m in numerator.of_person(key[0]) if m.episode_id != key[1]],
            recorded=in_context(recorded, key, grain),
            excluded_by=_first_of(exclusions, key, grain),
            excepted_by=_first_of(exceptions, key, grain),
            unresolved_by=_first_of(unresolved, key, grain),
        )
        result.append(_result(report, indicator, member, facts, member in counted))
    return by_person(result) if indicator.by_person else result


def _is_asked(indicator: Indicator, cohort_date: dt.date | None) -> bool:
    """Say whether the cohort date lies in a period that the indicator is valid for (6.2)."""
    if indicator.asked_in is None:
        return True
    return cohort_date is not None and any(p.start <= cohort_date <= p.end for p in indicator.asked_in)


def _first_of(named: list[tuple[str, Lookup]], key: Key, grain: Grain) -> str | None:
    """Return the measure that is listed first of those that have the key."""
    return next((name for name, lookup in named if lookup.matching(key, grain)), None)


def _result(report: Report, indicator: Indicator, member: Member, facts: Facts, is_counted: bool) -> Result:
    found = outcome(indicator, facts)
    days_between = None
    if found.denominator_date is not None and found.numerator_date is not None:
        days_between = (found.numerator_date - found.denominator_date).days
    return Result(
        indicator=indicator.about.name,
        person_id=member.person_id,
        episode_id=member.episode_id,
        measure_resolver=member.measure_resolver,
        cohort_date=member.measure_date,
        status=found.status,
        reason=found.reason,
        reason_code=found.reason_code,
        reason_measure=found.reason_measure,
        denominator_date=found.denominator_date,
        numerator_date=found.numerator_date,
        days_between=days_between,
        nearest_date=found.nearest_date,
        days_outside=found.days_outside,
        nearest_value=found.nearest_value,
        period_date=period_date(report, member.measure_date, found.denominator_date, found.numerator_date),
        is_counted=is_counted,
    )


def period_date(
    report: Report, cohort: dt.date | None, denominator: dt.date | None, numerator: dt.date | None
) -> dt.date | None:
    """Return the date that puts a result into periods, falling back to denominator date, then cohort date (7)."""
    wanted = {
        "cohort": cohort,
        "denominator": denominator,
        "numerator": numerator,
        "latest": latest([denominator, numerator]),
    }[report.period_date]
    return wanted or denominator or cohort


def by_person(rows: list[Result]) -> list[Result]:
    """Reduce keys to persons (6.2, `grain: person`): over counted keys where the person has any."""
    of_person: dict[int, list[Result]] = defaultdict(list)
    for row in rows:
        of_person[row.person_id].append(row)
    result = []
    for person_id, keys in of_person.items():
        counted = [k for k in keys if k.is_counted]
        best = min(counted or keys, key=_person_order)
        result.append(replace(best, episode_id=None, measure_resolver=person_id))
    return result


def _person_order(row: Result) -> tuple[object, ...]:
    """Best status, earliest denominator date, then numerator date, nulls last, lowest episode, resolver."""
    return (
        _BEST_FIRST.index(row.status),
        date_order(row.denominator_date),
        date_order(row.numerator_date),
        nulls_last(row.episode_id),
        row.measure_resolver,
    )
