"""Offsets of the plan, and windows that hold no day whatever day they lie around (semantics.md 4.1)."""

from __future__ import annotations

import calendar
import datetime as dt
from functools import cache

from measuremart.definitions import offset as language
from measuremart.plan.nodes import Offset

# The calendar repeats every 400 years.
_CYCLE_YEARS, _CYCLE_DAYS = 400, 146_097


def offset(entry: language.Offset | None) -> Offset | None:
    """Return the offset in months and days (semantics.md 4.1)."""
    if entry is None:
        return None
    return Offset(months=entry.years * 12 + entry.months, days=entry.weeks * 7 + entry.days)


def is_reversed(start: Offset | None, end: Offset | None) -> bool:
    """Say whether anchor + end lies before anchor + start on every day of the calendar; an open side never does."""
    if start is None or end is None:
        return False
    if start.months == end.months:
        return start.days > end.days
    later = end.months - start.months
    days = start.days - end.days
    # Months of 28 days, or of 31 where `to` has fewer of them, are a bound that is quickly known.
    return days > later * (28 if later > 0 else 31) and days > _most_days(start.months, end.months)


@cache
def _most_days(start: int, end: int) -> int:
    """Return the most days that day + `end` months lies after day + `start` months, over every day of the calendar.

    Days 1 to 28 are clamped in no month, so that the 28th stands for them.
    """
    return max(
        _shifted(month, day, end) - _shifted(month, day, start)
        for month in range(12 * _CYCLE_YEARS)
        for day in range(28, _last_day(month) + 1)
    )


def _shifted(month: int, day: int, months: int) -> int:
    """Return the number of the day that is `months` after a day of a month ; month 0 begins a cycle."""
    there = month + months
    return _first_day(there) + min(day, _last_day(there)) - 1


def _last_day(month: int) -> int:
    return calendar.monthrange(month // 12 % _CYCLE_YEARS + _CYCLE_YEARS, month % 12 + 1)[1]


def _first_day(month: int) -> int:
    cycles, within = divmod(month, 12 * _CYCLE_YEARS)
    return dt.date(within // 12 + _CYCLE_YEARS, within % 12 + 1, 1).toordinal() + cycles * _CYCLE_DAYS
