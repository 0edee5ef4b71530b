"""Examples of the plan: tables with columns instead of roles, and the members that are expected of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from measuremart.catalogue import noun
from measuremart.definitions import example as language
from measuremart.definitions.base import BIGINT, shown
from measuremart.definitions.file import Defined
from measuremart.plan import nodes
from measuremart.plan.example_results import Asked, ResultReader
from measuremart.plan.example_rows import ExpectedRow, member_rows
from measuremart.plan.nodes import Column, ColumnKind, Typed
from measuremart.plan.reach import Reach, reach_of
from measuremart.plan.scope import Scope, Trail
from measuremart.plan.targets import TargetPlanner
from measuremart.problems import Position, did_you_mean

Value: TypeAlias = int | Decimal | str | bool | dt.date | None
Path: TypeAlias = tuple[str | int, ...]
_Entry: TypeAlias = language.Example | language.IndicatorExample

_AS_OF = dt.date.max  # an example that does not say is seen from the last day: it cuts nothing (semantics.md 2.8)
_WIDEST = Decimal(10) ** 27
_WANTED: dict[ColumnKind, str] = {
    "id": "a whole number",
    "concept": "a whole number, the id of a concept",
    "unit": "a whole number, the id of a unit",
    "date": "a day, as in 2024-12-31",
    "number": "a number",
    "text": "text",
    "flag": "true or false",
}


@dataclass(frozen=True, slots=True)
class InputTable:
    """A relation as definitions name it, the columns that are read of it, and rows in their order."""

    relation: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """All rows of one table: a measure's or an indicator's; `is_denominator` where it is asked as an indicator's D."""

    table: str
    rows: tuple[ExpectedRow, ...]
    is_denominator: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """One world and what is expected of it. `ancestors` are (concept, concept below it), closed.

    `asked` is what is expected of a report, None where nothing is.
    """

    pack: str
    section: str
    definition: str
    name: str
    position: Position
    as_of: dt.date
    tables: tuple[InputTable, ...]
    ancestors: tuple[tuple[int, int], ...]
    codes: tuple[tuple[int, str], ...]
    expected: tuple[Expected, ...]
    asked: Asked | None = None

    def __str__(self) -> str:
        return f"{noun(self.section)} {self.definition}: {self.name}"


class ExamplePlanner:
    """Builds the examples of measures and indicators that have no problems; its own problems are reported."""

    def __init__(
        self,
        scope: Scope,
        targets: TargetPlanner,
        measures: dict[str, nodes.Measure],
        indicators: dict[str, nodes.Indicator],
        reports: dict[str, nodes.Report],
    ) -> None:
        self._scope = scope
        self._targets = targets
        self._measures = measures
        self._indicators = indicators
        self._reports = reports
        self.examples: list[Example] = []

    def build(self) -> None:
        """Build everything; an example that has problems is left out and reported."""
        for name, measure in sorted(self._measures.items()):
            defined = self._scope.catalogue.of("measures")[name]
            self._of(defined, [name], {"expect": (f"measure__{name}", measure.expression.types)})
        for name, indicator in sorted(self._indicators.items()):
            wanted = {"expect": (f"indicator__{name}", indicator.types)}
            made_of = [indicator.numerator]
            if indicator.denominator is not None:
                made_of.append(indicator.denominator)
                types = self._measures[indicator.denominator].expression.types
                wanted["denominator"] = (f"measure__{indicator.denominator}", types)
            self._of(self._scope.catalogue.of("indicators")[name], made_of, wanted)

    def _of(self, defined: Defined, made_of: list[str], wanted: dict[str, tuple[str, Typed]]) -> None:
        indicator = self._indicators[defined.name] if defined.section == "indicators" else None
        of_results = made_of if indicator is None else indicator.measures()
        if not defined.entry.examples or any(name not in self._measures for name in (*made_of, *of_results)):
            return
        names: set[str] = set()
        for number, entry in enumerate(defined.entry.examples):
            before = len(self._scope.problems)
            if self._asks_unread(entry):
                continue
            asks = getattr(entry, "results", None) is not None
            reach = reach_of(self._measures, of_results if asks else made_of)
            reader = _Reader(self._scope, self._targets, defined, number, reach)
            if entry.name in names:
                reader.report(entry.place("name"), f"example '{shown(entry.name)}' appears twice here")
            names.add(entry.name)
            asked = None
            if indicator is not None and asks:
                asked = ResultReader(reader.report, self._measures, self._reports, indicator).read(entry)
            example = reader.example(entry, wanted, asked)
            if len(self._scope.problems) == before:
                self.examples.append(example)

    def _asks_unread(self, entry: _Entry) -> bool:
        """Say whether an example asks a report that is not there for an error of its own, or of a part of it."""
        name = getattr(entry, "report", None)
        if name is None or name in self._reports:
            return False
        found = self._scope.catalogue.of("reports").get(name)
        if found is None:
            return self._scope.catalogue.may_have(name)
        return found.entry is None or bool(self._scope.problems)


class _Reader:
    """Reads one example of one definition."""

    def __init__(self, scope: Scope, targets: TargetPlanner, defined: Defined, number: int, reach: Reach) -> None:
        self._scope = scope
        self._targets = targets
        self._defined = defined
        self._trail = Trail(defined.section, defined.name, ("examples", number))
        self._reach = reach
        # One population, since a definition has just one.
        self._population = targets.populations[next(iter(reach.targets.values())).population]

    def report(self, position: Position, text: str) -> None:
        """Add a problem of this example."""
        self._scope.report(position, text, self._trail, check="example")

    def example(self, entry: _Entry, wanted: dict[str, tuple[str, Typed]], asked: Asked | None) -> Example:
        """Return the example; what is wrong with it is reported."""
        events = self._events(entry)
        if entry.as_of is None and self._reach.asks_as_of:
            self.report(entry.place(), "'elapsed' is counted to the day of the run: say as_of")
        denominator = getattr(entry, "denominator", None)
        if denominator is not None and "denominator" not in wanted:
            text = "the denominator is the full cohort, which is known only in a report: leave 'denominator' out"
            self.report(entry.key_place("denominator"), text)
        expected = [
            Expected(table, member_rows(self.report, entry, key, getattr(entry, key), types), key == "denominator")
            for key, (table, types) in wanted.items()
            if getattr(entry, key) is not None
        ]
        return Example(
            pack=self._defined.pack,
            section=self._defined.section,
            definition=self._defined.name,
            name=" ".join(entry.name.split()),
            position=entry.place(),
            as_of=entry.as_of or _AS_OF,
            tables=_merged([*events, *self._people(entry, events, () if asked is None else asked.cohort)]),
            ancestors=self._ancestors(entry),
            codes=tuple(sorted(entry.codes.items())),
            expected=tuple(expected),
            asked=asked,
        )

    # --- events

    def _events(self, entry: _Entry) -> list[InputTable]:
        reached = self._reach.targets
        for name in entry.events:
            if name in reached:
                continue
            place = entry.key_place("events", name)
            if self._scope.catalogue.may_have(name):
                continue
            if name not in self._scope.catalogue.of("targets"):
                near = did_you_mean(name, reached) or f"; there are {', '.join(sorted(reached))}"
                self.report(place, f"unknown target '{name}'{near}")
            else:
                what = f"{noun(self._defined.section)} '{self._defined.name}'"
                self.report(place, f"{what} reads no '{name}': it reads {', '.join(sorted(reached))}")
        return [self._target(entry, target) for _, target in sorted(reached.items())]

    def _target(self, entry: _Entry, target: nodes.Target) -> InputTable:
        roles = {"person": Column(target.person, "id")}
        if target.episode is not None:
            roles["episode"] = Column(target.episode, "id")
        roles |= {"event": Column(target.event, "id")} | self._targets.roles[target.name].by_name
        given = entry.events.get(target.name, ())
        rows = [
            self._row(entry, ("events", target.name, number), row, roles, ("person",))
            for number, row in enumerate(given)
        ]
        ids = {row.get("event") for row in given}
        free = (n for n in range(1, 2 * len(rows) + 1) if n not in ids)
        for number, row in enumerate(given):
            # An event id of its own where none is written; `event: null` stays unknown.
            if "event" not in row and target.event not in _columns_given(row, roles):
                rows[number][target.event] = next(free)
        # No row says why it has no episode, but the rule reads the column.
        beside = [target.unattached] if target.unattached is not None else []
        return _table(target.model, [*roles.values(), *beside], rows)

    def _row(
        self, entry: _Entry, path: Path, row: language.Row, roles: dict[str, Column], needed: Iterable[str]
    ) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for role, value in row.items():
            if role not in roles:
                near = did_you_mean(role, roles) or f"; there are {', '.join(roles)}"
                self.report(entry.key_place(*path, role), f"unknown role '{role}'{near}")
                continue
            column = roles[role]
            if value is None and role in needed:
                self.report(entry.place(*path, role), f"'{role}' is required")
            elif value is not None and not _fits(value, column.kind):
                large = isinstance(value, int | Decimal) and abs(Decimal(value)) > BIGINT
                text = "is too large" if large else f"must be {_WANTED[column.kind]}; found {_said(value)}"
                text = f"'{role}' {text}"
                self.report(entry.place(*path, role), text)
            elif found.get(column.name) is None:  # several roles may read one column
                found[column.name] = value
        for role in needed:
            if role not in row:
                self.report(entry.place(*path), f"'{role}' is required")
        return found

    # --- persons and episodes

    def _people(self, entry: _Entry, events: list[InputTable], cohort: tuple[ExpectedRow, ...]) -> list[InputTable]:
        population = self._population
        sexes = self._targets.sexes[population.name]
        person = {"person": Column(population.person_id, "id")}
        if population.birth_date is not None:
            person["birth_date"] = Column(population.birth_date, "date")
        if population.sex is not None:
            person["sex"] = Column(population.sex, "concept")
        persons: dict[Value, dict[str, Value]] = {}
        for number, row in enumerate(entry.persons):
            translated = dict(row)
            word = row.get("sex")
            if word is not None and "sex" in person and isinstance(word, str):
                path = ("persons", number, "sex")
                if self._scope.pick(word, sexes, "sex", entry, path, self._trail):
                    translated["sex"] = sexes[word]
                else:
                    del translated["sex"]
            found = self._row(entry, ("persons", number), translated, person, ("person",))
            known = found.get(population.person_id)
            if known is not None and known in persons:
                self.report(entry.place("persons", number), f"person {known} appears twice among the persons")
            persons[known] = found
        spine = {
            "person": Column(population.spine_person, "id"),
            "episode": Column(population.spine_id, "id"),
            "start": Column(population.spine_start, "date"),
        }
        episodes: dict[tuple[Value, Value], Value] = {}  # with the day that each starts
        if population.spine_model is None and entry.episodes:
            self.report(entry.key_place("episodes"), f"population '{population.name}' has no episodes")
        else:
            for number, row in enumerate(entry.episodes):
                found = self._row(entry, ("episodes", number), row, spine, ("person", "episode"))
                pair = (found.get(population.spine_person), found.get(population.spine_id))
                episodes[pair] = found.get(population.spine_start)
        for target, table in zip(sorted(self._reach.targets), events, strict=True):
            for pair in _pairs(self._reach.targets[target], table):
                episodes.setdefault(pair)
        for person_id, episode_id, _, _ in cohort:
            episodes.setdefault((person_id, episode_id))
        # A target may read the persons themselves, or the spine: its rows are there already.
        is_there = _values(events, population.person_model, population.person_id)
        for who, _ in episodes:
            if who not in is_there:
                persons.setdefault(who, {population.person_id: who})
        tables = [_table(population.person_model, list(person.values()), list(persons.values()))]
        if population.spine_model is not None:
            is_there = _values(events, population.spine_model, population.spine_id)
            rows = [
                {population.spine_person: who, population.spine_id: episode, population.spine_start: start}
                for (who, episode), start in episodes.items()
                if episode is not None and episode not in is_there
            ]
            tables.append(_table(population.spine_model, list(spine.values()), rows))
        return tables

    # --- the vocabulary and what is expected

    def _ancestors(self, entry: _Entry) -> tuple[tuple[int, int], ...]:
        pairs = set()
        for concept in entry.below:
            seen: set[int] = set()
            waiting = list(entry.below[concept])
            while waiting:
                under = waiting.pop()
                if under not in seen:
                    seen.add(under)
                    waiting += entry.below.get(under, ())
            if concept in seen:
                self.report(entry.key_place("below", str(concept)), f"concept {concept} is below itself")
            pairs |= {(concept, under) for under in seen}
        return tuple(sorted(pairs))


def _fits(value: Value, kind: ColumnKind) -> bool:
    if isinstance(value, bool):
        return kind == "flag"
    if isinstance(value, int) and kind in ("id", "concept", "unit"):
        return abs(value) <= BIGINT
    if isinstance(value, int | Decimal):
        return kind == "number" and abs(Decimal(value)) < _WIDEST
    return kind == ("text" if isinstance(value, str) else "date")


def _said(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{shown(value)}'" if isinstance(value, str) else str(value)


def _columns_given(row: language.Row, roles: dict[str, Column]) -> set[str]:
    return {roles[role].name for role in row if role in roles}


def _pairs(target: nodes.Target, table: InputTable) -> list[tuple[Value, Value]]:
    """Return the persons of events, each with the episode of the event if it has one."""
    names = [column.name for column in table.columns]
    person = names.index(target.person)
    episode = names.index(target.episode) if target.episode is not None else None
    return [(row[person], None if episode is None else row[episode]) for row in table.rows if row[person] is not None]


def _values(tables: list[InputTable], relation: str, column: str) -> set[Value]:
    names = {table.relation: [c.name for c in table.columns] for table in tables}
    return {
        row[names[relation].index(column)]
        for table in tables
        if table.relation == relation and column in names[relation]
        for row in table.rows
    }


def _table(relation: str, columns: list[Column], rows: list[dict[str, Value]]) -> InputTable:
    distinct = {column.name: column for column in reversed(columns)}
    ordered = tuple(distinct[name] for name in sorted(distinct))
    return InputTable(relation, ordered, tuple(tuple(row.get(c.name) for c in ordered) for row in rows))


def _merged(tables: list[InputTable]) -> tuple[InputTable, ...]:
    """Unite tables of one relation: several targets may read it, each other columns of it."""
    found: dict[str, InputTable] = {}
    for table in tables:
        other = found.get(table.relation)
        if other is not None:
            rows = [
                dict(zip((c.name for c in part.columns), row, strict=True))
                for part in (other, table)
                for row in part.rows
            ]
            table = _table(table.relation, [*other.columns, *table.columns], rows)
        found[table.relation] = table
    return tuple(found[relation] for relation in sorted(found))
