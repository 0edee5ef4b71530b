"""Where events come from: populations, their organisations, and event tables with their columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
