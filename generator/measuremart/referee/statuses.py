"""The status of one key for one indicator in a report (semantics.md 6.2)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from measuremart.plan.nodes import Indicator
from measuremart.referee.days import around, earliest

Status = Literal["met", "not_met", "exception", "unresolved", "excluded", "ineligible"]
Dates = list[dt.date | None]
Truth = bool | None


@dataclass(frozen=True)
class Facts:
    """What is known of one cohort key: dates of D (None for the full cohort) and N, the first E, X, U that has it."""

    cohort_date: dt.date | None
    denominator: Dates | None
    numerator: Dates
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
    denominator_date: dt.date | None
    numerator_date: dt.date | None


def outcome(indicator: Indicator, facts: Facts) -> Outcome:
    """Evaluate the table of 6.2, top to bottom."""
    all_rows = opportunities(indicator, facts)
    due = any_of([o.passes for o in all_rows])
    counted = first_of(all_rows) if indicator.first_opportunity else all_rows
    pairs = {o: meets(indicator, facts, o) for o in counted}
    met = any_of(list(pairs.values()))
    chosen = chosen_opportunity(all_rows, pairs)
    status, reason = _status(indicator, facts, due, met)
    return Outcome(
        status=status,
        reason=reason,
        denominator_date=None if chosen is None else chosen.date,
        numerator_date=None if chosen is None else earliest(passing_numerators(indicator, facts, chosen)),
    )


def _status(indicator: Indicator, facts: Facts, due: Truth, met: Truth) -> tuple[Status, str]:
    if due is True and facts.excluded_by is not None:
        return "excluded", f"excluded: {facts.excluded_by}"
    if facts.unresolved_by is not None:
        return "unresolved", f"unresolved: {facts.unresolved_by}"
    if due is True and met is True:
        return "met", "met"
    if due is True and facts.excepted_by is not None:
        return "exception", f"exception: {facts.excepted_by}"
    if due is None:
        return "unresolved", "denominator date unknown"
    if due is True and met is None:
        return "unresolved", "numerator date unknown"
    if due is True:
        return "not_met", "numerator outside the window" if counting_numerators(indicator, facts) else "no numerator"
    return "ineligible", "denominator outside the window" if facts.denominator else "not in the denominator"


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
    """Return the dates of N; an undated one is ignored if told so, but only without a window."""
    if indicator.ignore_undated and indicator.numerator_window is None:
        return [d for d in facts.numerator if d is not None]
    return facts.numerator


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
