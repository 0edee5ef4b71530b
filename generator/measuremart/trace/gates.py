"""The first gate that stopped an event on its way into a subquery (semantics.md sections 2 and 3).

Judged by the referee, a row at a time, apart from the SQL that was built.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from measuremart.plan import nodes
from measuremart.plan.grain import Grain
from measuremart.plan.nodes import Column, Conditions, Plan, Predicate, Subquery
from measuremart.referee.conditions import Judge
from measuremart.referee.contexts import same_context
from measuremart.referee.predicates import Matcher
from measuremart.referee.subqueries import Subqueries
from measuremart.referee.world import Key, Member, Row, World, day, number, whole
from measuremart.report_notes import REASONS
from measuremart.trace.warehouse_rows import columns_asked
from measuremart.words import concept_words, condition_words, predicate_words

# In the order in which an event meets them.
Gate = Literal[
    "concept", "other_concept", "unit", "number", "text", "flag", "known", "rule", "excluded", "condition",
    "after_as_of", "unattached", "other_episode",
]  # fmt: skip
ORDER: tuple[Gate, ...] = Gate.__args__  # type: ignore[attr-defined]
_WORDS = {"unit": "wrong unit", "number": "number", "text": "text", "flag": "answer"}
_UNATTACHED = {
    **REASONS,
    "date_unknown": "its date is not known",
    "no_parent_episode": "it has no parent that is an episode of care",
}
_BY_KIND: dict[str, Gate] = {"concept": "concept", "unit": "unit", "number": "number", "text": "text", "flag": "flag"}


@dataclass(frozen=True)
class Event:
    """One row of a target, and the gate that stopped it; None where it counts. `unattached` is the target's reason.

    `further` are the other columns that the rules ask about, each with its value. Without `is_dated` nobody asks for
    its day.
    """

    target: str
    event_id: int | None
    date: dt.date | None
    episode_id: int | None
    concept_id: int | None
    concept: str
    number: Decimal | None
    unit: str
    gate: Gate | None = None
    why: str = ""
    unattached: str | None = None
    further: tuple[str, ...] = ()
    is_dated: bool = True


class Gates:
    """Judges the rows of a person for a subquery."""

    def __init__(self, plan: Plan, world: World, names: Mapping[int, str]) -> None:
        self._world = world
        self._names = names
        self._matcher = Matcher(plan, world)
        self._judge = Judge(plan, world)

    def events(self, subquery: Subquery, key: Key | None, grain: Grain) -> list[Event]:
        """Return every row of the target that the person has, as seen from a key; equal ones once."""
        found = [self._event(subquery, row, key, grain) for row in self._world.rows(subquery.target.model)]
        return list(dict.fromkeys(found))

    def _event(self, subquery: Subquery, row: Row, key: Key | None, grain: Grain) -> Event:
        target = subquery.target
        concept = whole(row, target.concept.name) if target.concept is not None else None
        unit = whole(row, target.unit.name) if target.unit is not None else None
        event = Event(
            target.name,
            whole(row, target.event),
            None if subquery.date is None else day(row, subquery.date.name),
            None if target.episode is None else whole(row, target.episode),
            concept,
            "" if not concept else concept_words(concept, self._names),
            number(row, target.number.name) if target.number is not None else None,
            "" if not unit else self._names.get(unit, f"unit {unit}"),
            further=tuple(self._further(subquery, row)),
            is_dated=subquery.date is not None,
        )
        alone = Subqueries(replace(self._world, tables={**self._world.tables, target.model: [row]}), *self._judges)
        rows = replace(subquery, gap=None)
        members, dropped = alone.members(rows), alone.dropped(rows)
        if members:
            return self._in_context(event, members[0], subquery.grain, key, grain)
        if dropped:
            reason = dropped[0].reason
            if reason == "after_as_of":
                return replace(
                    event, gate="after_as_of", why=f"it lies after {self._world.as_of}, the day all is seen from"
                )
            return _unattached(event, dropped[0].unattached, subquery)
        gate, why = self._stopped(subquery, alone.known(subquery, row), event.date)
        return replace(event, gate=gate, why=why)

    @property
    def _judges(self) -> tuple[Matcher, Judge]:
        return self._matcher, self._judge

    def _in_context(self, event: Event, member: Member, own: Grain, key: Key | None, grain: Grain) -> Event:
        if key is None or same_context(key, grain, member.key, own):
            return event
        if member.episode_id is None:
            return replace(event, gate="other_episode", why="it belongs to no episode, so it meets none")
        if key[1] is not None and member.episode_id != key[1]:
            why = f"it belongs to episode {member.episode_id}, not to episode {key[1]}"
        else:
            why = f"it belongs to another {own.name or own.level} ({member.measure_resolver})"
        return replace(event, gate="other_episode", why=why)

    def _stopped(self, subquery: Subquery, row: Row, date: dt.date | None) -> tuple[Gate, str]:
        """Return the first gate of the rule that the row comes furthest in, and how it failed there."""
        every = [part for predicate in subquery.required for part in _parts(predicate)]
        tries = [self._failed([*_parts(rule), *every], row, subquery) for rule in subquery.rules]
        if all(tries):
            failed = max(tries, key=lambda failures: (ORDER.index(failures[0][0]), -len(failures)))
            gate, predicate = failed[0]
            return gate, self._said(gate, predicate, row)
        for predicate in subquery.exclude:
            if self._matcher.truth(predicate, row) is True:
                return "excluded", f"it is taken out, since {self._asked(predicate)}"
        person = whole(row, subquery.target.person)
        for condition in _single(subquery.where):
            if not self._judge.passes(condition, subquery.target.population, person, date):
                return "condition", f"not so: {condition_words(condition, 'its date', self._names)[0]}"
        return "rule", "it meets no rule"

    def _failed(self, parts: list[Predicate], row: Row, subquery: Subquery) -> list[tuple[Gate, Predicate]]:
        """Return the conditions of a rule that do not hold, each with its gate, in the order of gates."""
        failed = [(_gate_of(p, subquery), p) for p in parts if self._matcher.truth(p, row) is not True]
        return sorted(failed, key=lambda f: ORDER.index(f[0]))

    def _said(self, gate: Gate, predicate: Predicate, row: Row) -> str:
        if gate == "concept":
            return "its concept is outside the set"
        asked = self._asked(predicate)
        if isinstance(predicate, nodes.AllOf | nodes.AnyOf):
            return f"asked: {asked}"
        has = self._value(predicate.column, row)
        word = f"{_WORDS[gate]}: " if gate in _WORDS else ""
        return f"{word}{predicate.column.name} is {has}; asked: {asked}"

    def _further(self, subquery: Subquery, row: Row) -> Iterator[str]:
        target = subquery.target
        told = (target.concept, target.number, target.unit, subquery.date)
        for name, column in columns_asked(subquery).items():
            if column not in told:
                yield f"{name} {self._value(column, row)}"

    def _value(self, column: Column, row: Row) -> str:
        value = row.get(column.name)
        if value is None or (column.kind in ("concept", "unit") and not value):
            return "not recorded"
        if column.kind in ("concept", "unit"):
            return concept_words(int(value), self._names)
        if column.kind == "flag":
            return "yes" if value else "no"
        return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)

    def _asked(self, predicate: Predicate) -> str:
        first, *rest = predicate_words(predicate, self._names)
        return f"{first} {'; '.join(line.strip().removeprefix('- ') for line in rest)}".strip()


def _parts(predicate: Predicate) -> Iterator[Predicate]:
    if isinstance(predicate, nodes.AllOf):
        for part in predicate.parts:
            yield from _parts(part)
    else:
        yield predicate


def _gate_of(predicate: Predicate, subquery: Subquery) -> Gate:
    """Return the gate of a condition: the kind of its column; what asks for several kinds at once is a rule."""
    if isinstance(predicate, nodes.AllOf | nodes.AnyOf):
        gates = {_gate_of(part, subquery) for part in predicate.parts}
        return gates.pop() if len(gates) == 1 else "rule"
    if isinstance(predicate, nodes.IsKnown):
        return "known"
    if predicate.column.kind == "concept" and predicate.column != subquery.target.concept:
        return "other_concept"
    return _BY_KIND.get(predicate.column.kind, "known")


def _single(where: Conditions) -> Iterator[Conditions]:
    """Yield each of the conditions alone, ages together."""
    if where.sex is not None:
        yield Conditions(sex=where.sex)
    if where.age_min is not None or where.age_max is not None:
        yield Conditions(age_min=where.age_min, age_max=where.age_max)
    for name in ("on_or_after", "on_or_before", "elapsed"):
        if getattr(where, name) is not None:
            yield Conditions(**{name: getattr(where, name)})


def _unattached(event: Event, reason: str | None, subquery: Subquery) -> Event:
    what = subquery.grain.name or subquery.grain.level
    if reason is None:
        return replace(event, gate="unattached", why=f"it has no {what} to count for")
    said = _UNATTACHED.get(reason, reason.replace("_", " "))
    return replace(event, gate="unattached", why=f"it belongs to no {what}: {said}", unattached=reason)
