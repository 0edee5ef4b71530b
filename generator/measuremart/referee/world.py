"""What the referee sees: rows in memory, and the one shape that it makes of them (semantics.md section 1)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

Row = dict[str, Any]
Key = tuple[int, int | None, int]
_WIDE = Context(prec=400, rounding=ROUND_HALF_UP)
_TEN_DECIMALS = Decimal(1).scaleb(-10)


@dataclass(frozen=True)
class Member:
    """One MeasureMember row (section 1)."""

    person_id: int
    episode_id: int | None
    measure_resolver: int
    measure_date: dt.date | None

    @property
    def key(self) -> Key:
        """The key of the row; None equals None, so it compares null-safely (section 1)."""
        return (self.person_id, self.episode_id, self.measure_resolver)


@dataclass(frozen=True)
class Dropped:
    """A row that matches and is no member, and why: `after_as_of` (2.8), `no_person` or `no_resolver` (2.3).

    `unattached` is what the target says of a missing episode, where the resolver is the episode or lies within it.
    """

    person_id: int | None
    event_id: int | None
    reason: str
    unattached: str | None = None


@dataclass
class World:
    """Rows by relation name, the vocabulary, and the clock.

    A relation is named as in the plan: a target's `model`, a population's `person_model` and `spine_model`; all that
    the plan uses must be there, if need be empty. A column that a row lacks is null.
    """

    tables: dict[str, list[Row]]
    ancestors: set[tuple[int, int]]
    codes: dict[int, str]
    as_of: dt.date

    def rows(self, relation: str) -> list[Row]:
        """Return the rows of a relation."""
        if relation not in self.tables:
            raise KeyError(f"the world has no table '{relation}'")
        return self.tables[relation]


def whole(row: Row, column: str) -> int | None:
    """Return an id of a row as a whole number: sources come with ids as floats."""
    value = row.get(column)
    return None if value is None else int(value)


def day(row: Row, column: str) -> dt.date | None:
    """Return a date of a row, a timestamp cut to its day (section 1)."""
    value = row.get(column)
    if isinstance(value, dt.datetime):
        return value.date()
    if value is None or isinstance(value, dt.date):
        return value
    raise TypeError(f"column '{column}' holds {value!r}, which is no date")


def number(row: Row, column: str) -> Decimal | None:
    """Return a number of a row as a decimal of ten places (section 3, `scalar`); what is not finite is null."""
    value = row.get(column)
    if value is None or not Decimal(value).is_finite():
        return None
    return Decimal(value).quantize(_TEN_DECIMALS, context=_WIDE)
