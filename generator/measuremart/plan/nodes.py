"""Engine-neutral nodes of the plan: frozen, complete, no defaults left to a reader.

`grain`, `population` and `timeless` of an expression are its static types (semantics.md 2.2 to 2.5). Offsets are
(months, days): years and months added together, weeks and days added together (semantics.md 4.1).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeAlias

from measuremart.plan.grain import Grain, Level, Match, Within, match_of
from measuremart.plan.unavailable import LeftOut, Unavailable, UnavailableIndicator

ColumnKind = Literal["id", "date", "concept", "number", "unit", "text", "flag"]
MissingEnd = Literal["open", "start"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a target, and the kind its role gives it."""

    name: str
    kind: ColumnKind


@dataclass(frozen=True, slots=True)
class Offset:
    """Months in one step, clamped to month end, then days."""

    months: int
    days: int


# --- populations and targets


@dataclass(frozen=True, slots=True)
class Stratifier:
    """What persons are told apart by: a column's values as they are, or by `names` of codes, or bands of age.

    `ages` are the first ages of the bands, in completed years at the cohort date. `model` is None where the column is
    one of the person model.
    """

    name: str
    column: str | None
    names: tuple[tuple[str, int], ...]
    ages: tuple[int, ...]
    model: str | None = None
    person: str = "person_id"


@dataclass(frozen=True, slots=True)
class Organisations:
    """The bridge of organisations, levels and entities; the last three columns are None where it has none."""

    model: str
    organisation: str
    level: str
    entity: str
    title: str | None
    valid_from: str | None
    valid_to: str | None


@dataclass(frozen=True, slots=True)
class Attribution:
    """Which organisation a key counts for; `episode` is None where the rule is by person.

    `missing_end` says how long a row without `valid_to` holds: always, or on its first day only.
    """

    name: str
    model: str
    person: str
    episode: str | None
    organisation: str
    valid_from: str | None
    valid_to: str | None
    missing_end: MissingEnd


@dataclass(frozen=True, slots=True)
class Extension:
    """What a pack adds to a population of another pack."""

    name: str
    pack: str
    stratifiers: tuple[Stratifier, ...]
    organisations: Organisations | None
    attributions: tuple[Attribution, ...]


@dataclass(frozen=True, slots=True)
class Population:
    """Who is counted. `spine` and `organisations` are None where there are none; `sexes` are (name, code)."""

    name: str
    pack: str
    person_model: str
    person_id: str
    birth_date: str | None
    sex: str | None
    sexes: tuple[tuple[str, int], ...]
    spine_model: str | None
    spine_person: str
    spine_id: str
    spine_start: str
    spine_end: str | None
    stratifiers: tuple[Stratifier, ...] = ()
    organisations: Organisations | None = None
    attributions: tuple[Attribution, ...] = ()
    extensions: tuple[Extension, ...] = ()

    def parts(self) -> tuple[Population | Extension, ...]:
        """Return the population itself and its extensions."""
        return (self, *self.extensions)

    def all_stratifiers(self) -> dict[str, Stratifier]:
        """Return the stratifiers of the population, then those of its extensions, by name."""
        return {s.name: s for part in self.parts() for s in part.stratifiers}

    def all_attributions(self) -> dict[str, Attribution]:
        """Return the rules of attribution of the population, then those of its extensions, by name."""
        return {rule.name: rule for part in self.parts() for rule in part.attributions}


@dataclass(frozen=True, slots=True)
class Target:
    """An event table. `start` and `end` are the date roles of those names, for intervals.

    `missing_end` says what an end that is not known means, None where the target does not say; `supply` is the number
    role `days_supply`, from which a missing end follows where `missing_end` is `start`.
    `unattached` says why an event has no episode; null where it has one.
    `record` are the columns that tell one record from another: those of all roles but the episode and the keys within
    one, since a record may be attached to several episodes.
    `gap` is what its subqueries join intervals over unless they say otherwise; None where they leave rows as they are.
    `concept`, `number` and `unit` are its main roles of those kinds.
    `reduced_by` is the column whose concepts decide which events the model holds: those that some definition asks about
    (2.9). None where it holds all.
    """

    name: str
    pack: str
    population: str
    model: str
    person: str
    episode: str | None
    event: str
    unattached: Column | None
    start: Column | None
    end: Column | None
    missing_end: MissingEnd | None
    supply: Column | None
    number: Column | None
    timeless: bool
    record: tuple[str, ...]
    gap: Offset | None = None
    unit: Column | None = None
    reduced_by: str | None = None
    concept: Column | None = None


# --- predicates on one row of a target


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


# --- subqueries and expressions


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
