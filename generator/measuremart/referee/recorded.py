"""What is recorded of a numerator's concepts and does not count (semantics.md 6.3, `recorded_not_met`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from measuremart.plan import nodes
from measuremart.plan.grain import Grain, comparable
from measuremart.plan.nodes import Column, Expression, Measure, Predicate, Subquery
from measuremart.referee.contexts import same_context
from measuremart.referee.world import Key, Member


@dataclass(frozen=True)
class Asked:
    """A rule, cut in two: what it asks of the main concept, and what it asks of anything else."""

    concepts: tuple[Predicate, ...]
    others: tuple[Predicate, ...]


@dataclass(frozen=True)
class RecordedRow:
    """A row of the concepts that failed another condition: its key and day, its number, how far that is off."""

    member: Member
    grain: Grain
    number: Decimal | None
    missed_by: Decimal | None

    @property
    def order(self) -> tuple[object, ...]:
        """The least miss, then the earliest day, then the lowest number; nulls last."""
        day = self.member.measure_date
        return (
            self.missed_by is None, self.missed_by or Decimal(0),
            day is None, day or dt.date.min,
            self.number is None, self.number or Decimal(0),
        )  # fmt: skip


def in_context(rows: list[RecordedRow], key: Key, grain: Grain) -> list[RecordedRow]:
    """Return the rows that share their context with a cohort key."""
    return [r for r in rows if same_context(key, grain, r.member.key, r.grain)]


def needed_subqueries(measures: dict[str, Measure], measure: str, grain: Grain) -> list[Subquery]:
    """Return the subqueries that a measure needs and whose grain can be compared with the cohort's, each once."""
    found = {s.key: s for s in _needed(measures, nodes.MeasureRef(measures[measure].expression.types, measure))}
    return [s for s in found.values() if comparable(s.grain, grain)]


def _needed(measures: dict[str, Measure], node: Expression) -> Iterator[Subquery]:
    if isinstance(node, nodes.Leaf):
        yield node.subquery
    elif isinstance(node, nodes.MeasureRef):
        yield from _needed(measures, measures[node.name].expression)
    else:
        for part in _parts(node):
            yield from _needed(measures, part)


def _parts(node: Expression) -> tuple[Expression, ...]:
    """Return the children without which an operator has no members."""
    if isinstance(node, nodes.And | nodes.Or):
        return node.children
    if isinstance(node, nodes.Except):
        return (node.first,)
    if isinstance(node, nodes.Window):
        return (node.anchor,) if node.pick == "none" else (node.anchor, node.candidate)
    assert isinstance(node, nodes.Extreme | nodes.Nth | nodes.Count | nodes.Filter | nodes.At)
    return (node.child,)


def cut(subquery: Subquery) -> list[Asked | None]:
    """Return each rule cut in two, with what all rows must meet; None where nothing of it can be recorded and fail."""
    concept = subquery.target.concept
    every = [part for predicate in subquery.required for part in _flat(predicate)]
    result: list[Asked | None] = []
    for rule in subquery.rules:
        parts = [*_flat(rule), *every]
        concepts = tuple(p for p in parts if concept is not None and _about(p, concept))
        others = tuple(p for p in parts if p not in concepts)
        result.append(Asked(concepts, others) if concepts and others else None)
    return result


def _flat(predicate: Predicate) -> list[Predicate]:
    if isinstance(predicate, nodes.AllOf):
        return [part for inner in predicate.parts for part in _flat(inner)]
    return [predicate]


def _about(predicate: Predicate, concept: Column) -> bool:
    if isinstance(predicate, nodes.AllOf | nodes.AnyOf):
        return all(_about(part, concept) for part in predicate.parts)
    if isinstance(predicate, nodes.ConceptIs | nodes.ConceptInSet | nodes.CodeMatches):
        return predicate.column == concept
    return False


def missed_by(asked: Asked, subquery: Subquery, number: Decimal | None, unit: int | None) -> Decimal | None:
    """Return how far a number lies from the one limit that a rule has for it; None in other units than the rule's."""
    target = subquery.target
    limits = [p for p in asked.others if isinstance(p, nodes.NumberIs) and p.column == target.number]
    if number is None or len(limits) != 1:
        return None
    units = [
        p for p in asked.others if isinstance(p, nodes.ConceptIs) and p.column == target.unit and not p.descendants
    ]
    if units and unit not in units[0].ids:
        return None
    (limit,) = limits
    first, last = limit.values[0], limit.values[-1]
    if limit.op in ("<", "<="):
        return max(number - first, Decimal(0))
    if limit.op in (">", ">="):
        return max(first - number, Decimal(0))
    if limit.op == "between":
        return max(first - number, number - last, Decimal(0))
    return abs(number - first) if limit.op == "=" else Decimal(0)
