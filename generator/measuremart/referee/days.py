"""Calendar arithmetic (semantics.md sections 3 and 4.1).

A shifted day is a day number (1 is 1 January of year 1), because it is only ever compared, and because 31 December 9999
plus a month is a day that `datetime.date` does not know.
"""

from __future__ import annotations

import calendar
import datetime as dt

from measuremart.plan.nodes import Around, Offset

# The calendar repeats every 400 years.
_CYCLE_YEARS = 400
_CYCLE_DAYS = 146_097


def shifted(start: dt.date, offset: Offset) -> int:
    """Return the number of the day `offset` after `start`: months in one step, clamped, then days (4.1)."""
    years, month_index = divmod(start.month - 1 + offset.months, 12)
    cycles, year_of_cycle = divmod(start.year + years, _CYCLE_YEARS)
    year, month = year_of_cycle + _CYCLE_YEARS, month_index + 1  # the same year of the calendar, surely above 0
    last_of_month = calendar.monthrange(year, month)[1]
    clamped = dt.date(year, month, min(start.day, last_of_month))
    return clamped.toordinal() + (cycles - 1) * _CYCLE_DAYS + offset.days


def inside(date: dt.date, reference: dt.date, start: Offset | None, end: Offset | None) -> bool:
    """Say whether `date` lies in reference+start .. reference+end: both inclusive, None is open (4.1)."""
    if start is not None and date.toordinal() < shifted(reference, start):
        return False
    return not (end is not None and date.toordinal() > shifted(reference, end))


def around(date: dt.date | None, reference: dt.date | None, window: Around) -> bool | None:
    """Say whether `date` lies in the window around `reference`; None where either is unknown (6.2)."""
    if date is None or reference is None:
        return None
    before = None if window.before is None else Offset(-window.before.months, -window.before.days)
    return inside(date, reference, before, window.after)


def is_open(reference: dt.date | None, window: Around, as_of: dt.date) -> bool:
    """Say whether a window's last day is `as_of` or later (6.2); a window without one never closes, and is not open."""
    if reference is None or window.after is None:
        return False
    return shifted(reference, window.after) >= as_of.toordinal()


def days_outside(date: dt.date | None, reference: dt.date | None, window: Around) -> int | None:
    """Return the days that `date` lies before (negative) or after a window, 0 inside; None if one is unknown (6.3)."""
    if date is None or reference is None:
        return None
    if window.before is not None:
        first = shifted(reference, Offset(-window.before.months, -window.before.days))
        if date.toordinal() < first:
            return date.toordinal() - first
    if window.after is not None and date.toordinal() > shifted(reference, window.after):
        return date.toordinal() - shifted(reference, window.after)
    return 0


def completed_years(birth: dt.date, date: dt.date) -> int:
    """Return the age at `date`; 29 February's birthday is 28 February in other years (section 3)."""
    birthday_day = birth.day
    if (birth.month, birth.day) == (2, 29) and not calendar.isleap(date.year):
        birthday_day = 28
    had_birthday = (date.month, date.day) >= (birth.month, birthday_day)
    return date.year - birth.year - (0 if had_birthday else 1)


def earliest(dates: list[dt.date | None]) -> dt.date | None:
    """Return the earliest known date, None if none is known."""
    return min((d for d in dates if d is not None), default=None)


def latest(dates: list[dt.date | None]) -> dt.date | None:
    """Return the latest known date, None if none is known."""
    return max((d for d in dates if d is not None), default=None)
