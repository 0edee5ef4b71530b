"""What definitions name: concept sets, measures, cohorts, indicators, reports, audiences, and the plan of them all."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from measuremart.plan.nodes.expressions import Expression, Typed
from measuremart.plan.nodes.rules import Subquery
from measuremart.plan.nodes.source import Offset, Population, Stratifier, Target
from measuremart.plan.unavailable import LeftOut, Unavailable, UnavailableIndicator


@dataclass(frozen=True, slots=True)
class ConceptSetLine:
    """One line of a concept set."""

    id: int
    descendants: bool
    exclude: bool


@dataclass(frozen=True, slots=True)
class ConceptSet:
    """A named list of concepts."""

    about: Named
    lines: tuple[ConceptSetLine, ...]

    @property
    def name(self) -> str:
        """Its name."""
        return self.about.name

    @property
    def pack(self) -> str:
        """The pack that it is defined in."""
        return self.about.pack


@dataclass(frozen=True, slots=True)
class Named:
    """What documentation says of a named construct; `file` and `line` are where its definition begins."""

    name: str
    pack: str
    description: str
    id: int | None
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class NamedSubquery:
    """A subquery that is a relation."""

    about: Named
    subquery: Subquery


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure that is a relation."""

    about: Named
    expression: Expression
    version: int


@dataclass(frozen=True, slots=True)
class Cohort:
    """A union of measures of one grain; `definitions` are the available (sub-cohort, measure)."""

    about: Named
    title: str
    types: Typed
    definitions: tuple[tuple[str, str], ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Around:
    """A window around a reference; None is an open side."""

    before: Offset | None
    after: Offset | None


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The value a statistic is compared with."""

    value: Decimal
    unit: Literal["percent", "days"]
    lower_is_better: bool


@dataclass(frozen=True, slots=True)
class NamedPeriod:
    """A period of a report's own, both days inclusive."""

    name: str
    start: dt.date
    end: dt.date
    due: dt.date | None


@dataclass(frozen=True, slots=True)
class Indicator:
    """Who was due, who got it. `denominator` is None for the report's full cohort; `grain` is that of D and N."""

    about: Named
    title: str
    reference: str
    version: int
    duration: bool
    denominator: str | None
    numerator: str
    types: Typed
    exclusions: tuple[str, ...]
    exceptions: tuple[str, ...]
    unresolved: tuple[str, ...]
    denominator_window: Around | None
    numerator_window: Around | None
    around_denominator: bool
    first_opportunity: bool
    ignore_undated: bool
    # `open_window: not_met`: a numerator window that is not over on `as_of` counts as if it were.
    ignore_open: bool
    by_person: bool
    benchmark: Benchmark | None
    valid_for: tuple[str, ...] | None
    # In a report: the report's periods of those names, in its order; None = all keys are asked.
    asked_in: tuple[NamedPeriod, ...] | None

    @property
    def waits(self) -> bool:
        """Say whether a key is unresolved while its numerator window is open; without a last day none ever closes."""
        window = self.numerator_window
        return not self.ignore_open and window is not None and window.after is not None

    def measures(self) -> list[str]:
        """Return the measures it is made of, each once, in a stable order."""
        named = [self.denominator, self.numerator, *self.exclusions, *self.exceptions, *self.unresolved]
        return list(dict.fromkeys(n for n in named if n is not None))


@dataclass(frozen=True, slots=True)
class Report:
    """What is computed and shown together; `listed` are its indicators in order, with the report's overrides.

    `cohorts` are those that have an available sub-cohort; `dataset` has available measures only.
    """

    about: Named
    title: str
    types: Typed
    cohorts: tuple[str, ...]
    primary: str
    listed: tuple[Indicator | UnavailableIndicator, ...]
    counted: tuple[str, ...]
    dataset: tuple[str, ...]
    calendars: tuple[str, ...]
    named_periods: tuple[NamedPeriod, ...]
    financial_year_starts: int | None
    period_date: Literal["cohort", "denominator", "numerator", "latest"]
    left_out: tuple[LeftOut, ...]
    stratifiers: tuple[Stratifier, ...] = ()
    levels: tuple[str, ...] = ()
    attribution: str | None = None

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """The indicators that can be computed."""
        return tuple(i for i in self.listed if isinstance(i, Indicator))


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is shown which figures: of these reports those of the whole, and of these levels, stratifiers and periods.

    `round_to` is None where counts are shown as they are (suppression). `leaves` is how many values a hidden number
    must leave open. A period is shown once `delay` has passed after its last day.
    """

    about: Named
    title: str
    reports: tuple[str, ...]
    levels: tuple[str, ...]
    stratifiers: tuple[str, ...]
    period_kinds: tuple[str, ...]
    delay: Offset
    below: int
    round_to: int | None
    leaves: int
    shows_rate: bool
    shows_interval: bool
    shows_rank: bool


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack: `built` is when it is built; `needs` are the packs that it needs, those that they need included.

    `report` is the report that is printed where none is named, None where there is none; `organisation` the one that a
    demo prints beside it. `reads` is what its models by hand read of reduced targets: (target, concept sets), with no
    concept set where they read every event.
    """

    name: str
    title: str
    built: Literal["always", "by_default", "on_request"]
    needs: tuple[str, ...]
    report: str | None
    organisation: str | None
    reads: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is available, in an order in which each thing comes after what it is made of.

    `concept_names` are the names that authors gave to concepts, by pack and id.
    """

    populations: dict[str, Population]
    targets: dict[str, Target]
    concept_sets: dict[str, ConceptSet]
    subqueries: dict[str, NamedSubquery]
    measures: dict[str, Measure]
    cohorts: dict[str, Cohort]
    indicators: dict[str, Indicator]
    reports: dict[str, Report]
    unavailable: Unavailable
    concept_names: dict[str, dict[int, str]]
    packs: dict[str, Pack]
    audiences: dict[str, Audience] = field(default_factory=dict)
