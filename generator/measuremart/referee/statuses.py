"""The status of one key for one indicator in a report, and its reason (semantics.md 6.2 and 6.3)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from measuremart.plan.nodes import Indicator
from measuremart.referee.days import around, earliest, is_open
from measuremart.referee.reasons import Reason, nearest, words
from measuremart.referee.recorded import RecordedRow

Status = Literal["met", "not_met", "exception", "unresolved", "excluded", "ineligible"]
Dates = list[dt.date | None]
Truth = bool | None


@dataclass(frozen=True)
class Facts:
    """What is known of one cohort key: dates of D (None for the full cohort) and N, the first E, X, U that has it.

    `recorded` are rows of N's concepts that do not count. `elsewhere` are the dates of N in other episodes of the
    person, or in none; `as_of` is the day it is all seen from.
    """

    as_of: dt.date
    cohort_date: dt.date | None
    denominator: Dates | None
    numerator: Dates
    elsewhere: Dates
    recorded: list[RecordedRow]
    excluded_by: str | None
    excepted_by: str | None
    unresolved_by: str | None


@dataclass(frozen=True)
class Opportunity:
    """A row of the denominator that is inside its window (`passes` True) or might be (None)."""

    date: dt.date | None
    passes: Truth


@dataclass(frozen=True)
class Outcome:
    """The status with its reason and dates."""

    status: Status
    reason: str
    reason_code: str
    reason_measure: str
    denominator_date: dt.date | None
    numerator_date: dt.date | None
    nearest_date: dt.date | None
    days_outside: int | None
    nearest_value: Decimal | None


def outcome(indicator: Indicator, facts: Facts) -> Outcome:
    """Evaluate the table of 6.2, top to bottom."""
    all_rows = opportunities(indicator, facts)
    due = any_of([o.passes for o in all_rows])
    counted = first_of(all_rows) if indicator.first_opportunity else all_rows
    pairs = {o: meets(indicator, facts, o) for o in counted}
    met = any_of(list(pairs.values()))
    chosen = chosen_opportunity(all_rows, pairs)
    status, reason = _status(indicator, facts, due, met, counted)
    return Outcome(
        status=status,
        reason=words(reason),
        reason_code=reason.code,
        reason_measure=reason.measure,
        denominator_date=None if chosen is None else chosen.date,
        numerator_date=None if chosen is None else earliest(passing_numerators(indicator, facts, chosen)),
        nearest_date=reason.nearest_date,
        days_outside=reason.days_outside,
        nearest_value=reason.nearest_value,
    )


def _status(
    indicator: Indicator, facts: Facts, due: Truth, met: Truth, counted: list[Opportunity]
) -> tuple[Status, Reason]:
    if due is True and facts.excluded_by is not None:
        return "excluded", Reason("excluded", facts.excluded_by)
    if facts.unresolved_by is not None:
        return "unresolved", Reason("unresolved", facts.unresolved_by)
    if due is True and met is True:
        return "met", Reason("met", indicator.numerator)
    if due is True and facts.excepted_by is not None:
        return "exception", Reason("exception", facts.excepted_by)
    if due is None:
        return "unresolved", Reason("denominator_date_unknown", indicator.denominator or "full_cohort")
    if due is True and met is None:
        return "unresolved", Reason("date_unknown", indicator.numerator)
    if due is True and _can_yet_be_met(indicator, facts, counted):
        return "unresolved", Reason("window_open", indicator.numerator)
    if due is True:
        return "not_met", _missed(indicator, facts, counted)
    code = "denominator_outside_window" if facts.denominator else "not_in_denominator"
    return "ineligible", Reason(code, indicator.denominator or "full_cohort")


def _references(indicator: Indicator, facts: Facts, counted: list[Opportunity]) -> Dates:
    """Return what the numerator window is around, for each opportunity that counts."""
    return [o.date if indicator.around_denominator else facts.cohort_date for o in counted]


def _can_yet_be_met(indicator: Indicator, facts: Facts, counted: list[Opportunity]) -> bool:
    """Say whether the numerator window of an opportunity that counts is still open, and the indicator waits for it."""
    window = indicator.numerator_window
    if indicator.ignore_open or window is None:
        return False
    return any(is_open(reference, window, facts.as_of) for reference in _references(indicator, facts, counted))


def _missed(indicator: Indicator, facts: Facts, counted: list[Opportunity]) -> Reason:
    """Say why a key that was due did not meet (6.3)."""
    references = _references(indicator, facts, counted)
    if facts.numerator:
        if not counting_numerators(indicator, facts):
            return Reason("undated_ignored", indicator.numerator)
        date, days = nearest(facts.numerator, references, indicator.numerator_window)
        assert days is not None
        return Reason("too_early" if days < 0 else "too_late", indicator.numerator, date, days)
    elsewhere = counting(indicator, facts.elsewhere)
    if elsewhere:
        found = nearest(elsewhere, references, indicator.numerator_window)
        return Reason("in_another_episode", indicator.numerator, *found)
    inside = [row for row in facts.recorded if _is_inside(indicator, row.member.measure_date, references)]
    if inside:
        row = min(inside, key=lambda r: r.order)
        return Reason("recorded_not_met", indicator.numerator, row.member.measure_date, nearest_value=row.number)
    return Reason("no_candidate", indicator.numerator)


def _is_inside(indicator: Indicator, date: dt.date | None, references: Dates) -> bool:
    """Say whether a date is surely inside the numerator window around some reference; without a window any is."""
    window = indicator.numerator_window
    return window is None or any(around(date, reference, window) is True for reference in references)


def any_of(truths: list[Truth]) -> Truth:
    """Some yes = yes; else some unknown = unknown; else no."""
    if True in truths:
        return True
    return None if None in truths else False


def both_of(a: Truth, b: Truth) -> Truth:
    """Some no = no; else some unknown = unknown; else yes."""
    if a is False or b is False:
        return False
    return None if a is None or b is None else True


def opportunities(indicator: Indicator, facts: Facts) -> list[Opportunity]:
    """Return the denominator rows that pass or might; the full cohort always passes, at the cohort date."""
    if facts.denominator is None:
        return [Opportunity(facts.cohort_date, True)]
    result = []
    for date in dict.fromkeys(facts.denominator):
        passes: Truth = True
        if indicator.denominator_window is not None:
            passes = around(date, facts.cohort_date, indicator.denominator_window)
        if passes is not False:
            result.append(Opportunity(date, passes))
    return result


def first_of(rows: list[Opportunity]) -> list[Opportunity]:
    """`opportunity: first`: the earliest passing known, else an undated passing, else the unknown ones."""
    passing = [o for o in rows if o.passes is True]
    if not passing:
        return rows
    return [min(passing, key=lambda o: date_order(o.date))]


def counting_numerators(indicator: Indicator, facts: Facts) -> Dates:
    """Return the dates of N that count."""
    return counting(indicator, facts.numerator)


def counting(indicator: Indicator, dates: Dates) -> Dates:
    """Leave out undated ones if told so, but only without a window."""
    if indicator.ignore_undated and indicator.numerator_window is None:
        return [d for d in dates if d is not None]
    return dates


def _in_window(indicator: Indicator, facts: Facts, opportunity: Opportunity, date: dt.date | None) -> Truth:
    """Say whether a date of N is inside the numerator window around the reference; without one dates do not matter."""
    if indicator.numerator_window is None:
        return True
    reference = opportunity.date if indicator.around_denominator else facts.cohort_date
    return around(date, reference, indicator.numerator_window)


def meets(indicator: Indicator, facts: Facts, opportunity: Opportunity) -> Truth:
    """Say whether some date of N meets this opportunity."""
    dates = counting_numerators(indicator, facts)
    return any_of([both_of(opportunity.passes, _in_window(indicator, facts, opportunity, d)) for d in dates])


def chosen_opportunity(rows: list[Opportunity], pairs: dict[Opportunity, Truth]) -> Opportunity | None:
    """Return the (earliest) opportunity that was met, else the earliest passing one."""
    met = [o for o, truth in pairs.items() if truth is True]
    passing = [o for o in rows if o.passes is True]
    return min(met or passing, key=lambda o: date_order(o.date), default=None)


def passing_numerators(indicator: Indicator, facts: Facts, opportunity: Opportunity) -> Dates:
    """Return the dates of N that pass for an opportunity."""
    dates = counting_numerators(indicator, facts)
    return [d for d in dates if _in_window(indicator, facts, opportunity, d) is True]


def date_order(date: dt.date | None) -> tuple[bool, dt.date]:
    """Return a sort key that puts unknown dates last."""
    return (date is None, date or dt.date.min)
