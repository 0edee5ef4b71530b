"""What is unavailable, and which incomplete definitions make it so (semantics.md 4.2)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from measuremart.plan.nodes import Benchmark, Indicator, Named, NamedPeriod


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A subquery or measure that says itself why it is not written yet."""

    kind: Literal["subquery", "measure"]
    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name} is incomplete: {self.reason}"


@dataclass(frozen=True, slots=True)
class Cause:
    """An incomplete definition, and the names that lead down to it, its own last."""

    incomplete: Incomplete
    path: tuple[str, ...]

    def __str__(self) -> str:
        where = f" (by {' > '.join(self.path)})" if len(self.path) > 1 else ""
        return f"{self.incomplete}{where}"


def all_causes(several: Iterable[tuple[Cause, ...]]) -> tuple[Cause, ...]:
    """Return each incomplete definition of several once, by the first path to it."""
    found: dict[str, Cause] = {}
    for cause in (c for causes in several for c in causes):
        found.setdefault(cause.incomplete.name, cause)
    return tuple(found.values())


def said(causes: Iterable[Cause]) -> str:
    """Return the causes as one text, for the catalogue and messages."""
    return "; ".join(str(cause) for cause in causes)


@dataclass(frozen=True, slots=True)
class Availability:
    """Subqueries and measures that are unavailable; they share one space of names.

    `incomplete` has those that say so themselves. By the name of every unavailable one, `nearest` has the incomplete
    one that is the fewest names away, and `below` the unavailable ones that it names.
    """

    incomplete: dict[str, Incomplete]
    nearest: dict[str, Incomplete]
    below: dict[str, tuple[str, ...]]

    def has(self, name: str) -> bool:
        """Say whether a subquery or measure is available."""
        return name not in self.below

    def causes(self, names: Iterable[str]) -> tuple[Cause, ...]:
        """Return each incomplete definition below some names once, nearest first, by its shortest path."""
        found = []
        above: dict[str, str | None] = {name: None for name in names if not self.has(name)}
        waiting = deque(above)
        while waiting:
            name = waiting.popleft()
            if name in self.incomplete:
                found.append(Cause(self.incomplete[name], _path(name, above)))
            for child in self.below[name]:
                if child not in above:
                    above[child] = name
                    waiting.append(child)
        return tuple(found)


def _path(name: str, above: dict[str, str | None]) -> tuple[str, ...]:
    path: list[str] = []
    step: str | None = name
    while step is not None:
        path.append(step)
        step = above[step]
    return tuple(reversed(path))


# --- what reports show of it


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A part that a report goes without: a sub-cohort (`name`) or a measure of its dataset."""

    part: Literal["sub_cohort", "dataset"]
    name: str
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class UnavailableIndicator:
    """What is said of an indicator that cannot be computed; `available` are its measures that have tables."""

    about: Named
    title: str
    reference: str
    version: int
    duration: bool
    denominator: str | None
    numerator: str
    benchmark: Benchmark | None
    available: tuple[str, ...]
    missing: tuple[str, ...]
    causes: tuple[Cause, ...]

    def measures(self) -> list[str]:
        """Return its available measures, each once, in a stable order."""
        return list(self.available)


@dataclass(frozen=True, slots=True)
class UnavailableReport:
    """What is said of a report without an available sub-cohort, or without a measure that says who counts."""

    about: Named
    title: str
    primary: str
    listed: tuple[Indicator | UnavailableIndicator, ...]
    calendars: tuple[str, ...]
    named_periods: tuple[NamedPeriod, ...]
    financial_year_starts: int | None
    period_date: str
    left_out: tuple[LeftOut, ...]
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Unavailable:
    """All that is unavailable, by name: no model is made of it."""

    parts: Availability
    measures: dict[str, Named]
    cohorts: dict[str, tuple[LeftOut, ...]]
    indicators: dict[str, UnavailableIndicator]
    reports: dict[str, UnavailableReport]
