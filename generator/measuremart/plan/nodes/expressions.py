"""Expressions of measures, each with its static types: grain, population, timeless (semantics.md 2.2 to 2.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from measuremart.plan.grain import Grain, Level, Match, Within, match_of
from measuremart.plan.nodes.rules import Conditions, Subquery
from measuremart.plan.nodes.source import Offset


@dataclass(frozen=True, slots=True)
class Typed:
    """The static types of an expression."""

    grain: Grain
    population: str
    timeless: bool


@dataclass(frozen=True, slots=True)
class Leaf:
    """The rows of a subquery, as a set."""

    types: Typed
    subquery: Subquery


@dataclass(frozen=True, slots=True)
class MeasureRef:
    """The rows of a named measure."""

    types: Typed
    name: str


@dataclass(frozen=True, slots=True)
class Or:
    """The union; a child of person grain in an OR of episode grain lifts over the episode spine."""

    types: Typed
    children: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class And:
    """Keys in every child, dated when the last became true; `all_moments` keeps later dates too."""

    types: Typed
    children: tuple[Expression, ...]
    all_moments: bool


@dataclass(frozen=True, slots=True)
class Except:
    """The rows of `first` whose key is in none of `rest`."""

    types: Typed
    first: Expression
    rest: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Extreme:
    """The earliest or latest date of each key; with `per`, of one key a person or episode."""

    types: Typed
    child: Expression
    latest: bool
    per: Within | None


@dataclass(frozen=True, slots=True)
class Nth:
    """The n-th distinct known date of each key."""

    types: Typed
    child: Expression
    n: int


@dataclass(frozen=True, slots=True)
class Count:
    """Dates that complete a run of `at_least`: with `per` of the child's keys, else of dates of each key."""

    types: Typed
    child: Expression
    at_least: int
    within: Offset | None
    per: Within | None


@dataclass(frozen=True, slots=True)
class Filter:
    """The rows that meet the conditions."""

    types: Typed
    child: Expression
    conditions: Conditions


@dataclass(frozen=True, slots=True)
class At:
    """The rows re-keyed to a coarser grain."""

    types: Typed
    child: Expression
    level: Level


@dataclass(frozen=True, slots=True)
class Window:
    """Candidate dates at a distance from anchor dates.

    With `other` both are events of one target, and the candidate is another one than the anchor.
    """

    types: Typed
    anchor: Expression
    candidate: Expression
    start: Offset | None
    end: Offset | None
    anchor_pick: Literal["first", "last", "all"]
    pick: Literal["earliest", "latest", "closest", "any", "none"]
    date: Literal["candidate", "anchor", "greatest", "least"]
    by_person: bool
    keep_candidate: bool
    covers: bool
    other: bool = False

    @property
    def match(self) -> Match:
        """What an anchor and its candidates share; the events of `other` what they lie within."""
        if self.by_person:
            return "person"
        if self.other:
            return self.anchor.types.grain.within
        return match_of(self.anchor.types.grain, self.candidate.types.grain)


Expression: TypeAlias = Leaf | MeasureRef | Or | And | Except | Extreme | Nth | Count | Filter | At | Window
