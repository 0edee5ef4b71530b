"""Why a key has its status, and how near it came (semantics.md 6.3)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from measuremart.plan.nodes import Around
from measuremart.referee.days import days_outside

Dates = list[dt.date | None]


@dataclass(frozen=True)
class Reason:
    """A code, the measure it is about and, if the numerator was missed, the nearest date with its days outside.

    Of what is recorded and does not count, the nearest date has no days, but the number of its row.
    """

    code: str
    measure: str
    nearest_date: dt.date | None = None
    days_outside: int | None = None
    nearest_value: Decimal | None = None


_WORDS = {
    "met": "met",
    "denominator_date_unknown": "denominator date unknown",
    "date_unknown": "numerator date unknown",
    "window_open": "numerator window still open",
    "too_early": "numerator outside the window",
    "too_late": "numerator outside the window",
    "undated_ignored": "numerator undated",
    "in_another_episode": "numerator in another episode",
    "recorded_not_met": "recorded, but not as the numerator asks",
    "no_candidate": "no numerator",
    "denominator_outside_window": "denominator outside the window",
    "not_in_denominator": "not in the denominator",
}


def words(reason: Reason) -> str:
    """Return the reason in words."""
    return _WORDS.get(reason.code) or f"{reason.code}: {reason.measure}"


def nearest(dates: Dates, references: Dates, window: Around | None) -> tuple[dt.date | None, int | None]:
    """Return the date that is nearest to its window around any reference, with its days outside.

    Of equally near ones the earlier date, then the earlier reference; without a window the earliest date, and no days.
    """
    pairs = [
        (date, reference, None if window is None else days_outside(date, reference, window))
        for date in dates
        for reference in references
    ]
    date, _, days = min(
        pairs,
        key=lambda pair: (
            (pair[2] is None, abs(pair[2] or 0)),
            (pair[0] is None, pair[0] or dt.date.min),
            (pair[1] is None, pair[1] or dt.date.min),
        ),
    )
    return date, days
