"""Whether a window ends before it starts on every day of the calendar, against every day around a year without leap."""

import datetime as dt

import pytest
from measuremart.plan.nodes import Offset
from measuremart.plan.offsets import is_reversed
from measuremart.referee.days import shifted

# from and to, in (months, days); the least or most `to` that still holds a day, and a day less.
CASES = [
    ((12, 0), (11, 27), True),  # February has 28 days at least
    ((12, 0), (11, 28), False),
    ((1, 0), (0, 27), True),
    ((1, 0), (0, 28), False),
    ((0, 32), (1, 0), True),  # no month has 32 days
    ((0, 31), (1, 0), False),
    ((-11, 0), (-12, 27), True),
    ((-11, 0), (-12, 28), False),
    ((0, -27), (-1, 0), True),
    ((0, -28), (-1, 0), False),
    ((12, 1), (0, 365), True),  # a leap year is 366 days after its first
    ((0, 367), (12, 0), True),
    ((0, 366), (12, 0), False),
    ((48, 0), (0, 1459), True),  # 1896 to 1904 has no leap day between
    ((48, 0), (0, 1460), False),
    ((3, 2), (3, 1), True),
    ((3, 1), (3, 1), False),
    ((3000, 0), (-3000, 0), True),
    ((-3000, 0), (3000, 0), False),
]
# 1900 is no leap year, 1896 and 1904 are.
DAYS = [dt.date(1895, 1, 1) + dt.timedelta(days=n) for n in range(15 * 365)]


@pytest.mark.parametrize(("start", "end", "wanted"), CASES)
def test_reversed(start: tuple[int, int], end: tuple[int, int], wanted: bool) -> None:
    assert is_reversed(Offset(*start), Offset(*end)) is wanted
    holds_a_day = any(shifted(day, Offset(*end)) >= shifted(day, Offset(*start)) for day in DAYS)
    assert holds_a_day is not wanted


def test_an_open_side_is_never_reversed() -> None:
    assert not is_reversed(None, Offset(0, -5))
    assert not is_reversed(Offset(0, 5), None)
