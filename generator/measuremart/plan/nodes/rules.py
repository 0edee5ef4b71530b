"""What a row of an event table must meet, and the subquery of the rows that meet it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeAlias

from measuremart.plan.grain import Grain
from measuremart.plan.nodes.source import Column, Offset, Target


@dataclass(frozen=True, slots=True)
class ConceptIs:
    """The concept is one of `ids`, or with `descendants` below one of them."""

    column: Column
    ids: tuple[int, ...]
    descendants: bool


@dataclass(frozen=True, slots=True)
class ConceptInSet:
    """The concept is in the resolved concept set."""

    column: Column
    concept_set: str


@dataclass(frozen=True, slots=True)
class TextMatches:
    """The text contains, or starts with, a text or the code of a concept; A-Z fold to a-z."""

    column: Column
    position: Literal["anywhere", "start"]
    text: str | None
    code_of: int | None


@dataclass(frozen=True, slots=True)
class CodeMatches:
    """The code of the concept, from the vocabulary, contains or starts with a text or the code of a concept."""

    column: Column
    position: Literal["anywhere", "start"]
    text: str | None
    code_of: int | None


@dataclass(frozen=True, slots=True)
class TextIs:
    """The text is exactly one of `texts`."""

    column: Column
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IsKnown:
    """The column is not null (`known`) or null; 0 is null for concepts and units."""

    column: Column
    known: bool


@dataclass(frozen=True, slots=True)
class NumberIs:
    """The number compares; `values` are two for `between`, else one."""

    column: Column
    op: str
    values: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class FlagIs:
    """The flag is just that; null is neither."""

    column: Column
    value: bool


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of these on the same row."""

    parts: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these on the same row."""

    parts: tuple[Predicate, ...]


Predicate: TypeAlias = (
    ConceptIs | ConceptInSet | TextMatches | CodeMatches | TextIs | IsKnown | NumberIs | FlagIs | AllOf | AnyOf
)


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a row must meet at its date; None and empty mean no such condition."""

    age_min: int | None = None
    age_max: int | None = None
    sex: int | None = None
    on_or_after: dt.date | None = None
    on_or_before: dt.date | None = None
    elapsed: Offset | None = None

    @property
    def needs_person(self) -> bool:
        """Whether the person's row is needed."""
        return self.age_min is not None or self.age_max is not None or self.sex is not None

    @property
    def needs_date(self) -> bool:
        """Whether a known date is needed."""
        return any(
            c is not None for c in (self.age_min, self.age_max, self.on_or_after, self.on_or_before, self.elapsed)
        )


@dataclass(frozen=True, slots=True)
class Subquery:
    """Rows of a target that match a rule, as members: a bag. `name` is empty for an inline one.

    Every row meets `where` and all of `required`. With a `gap` the rows are joined to spans, dated by their end or
    start: intervals with no more than the gap between them are one. `key` tells it from all others: its name, or the
    name of the measure that has it in place, and its number there.
    """

    name: str
    pack: str
    target: Target
    grain: Grain
    resolver: Column
    date: Column | None
    rules: tuple[Predicate, ...]
    exclude: tuple[Predicate, ...]
    where: Conditions
    required: tuple[Predicate, ...] = ()
    gap: Offset | None = None
    key: str = field(default="", compare=False)

    @property
    def predicates(self) -> tuple[Predicate, ...]:
        """All that it asks of a row's columns."""
        return (*self.rules, *self.exclude, *self.required)

    @property
    def number(self) -> Column | None:
        """The number on its rows; a span has none."""
        return self.target.number if self.gap is None else None

    @property
    def by_end(self) -> bool:
        """Whether it is dated by the end of intervals."""
        return self.date is not None and self.date == self.target.end
