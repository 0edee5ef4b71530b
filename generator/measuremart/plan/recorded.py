"""What is recorded of a numerator and does not count: rows of its concepts that failed another condition (6.3).

The concept conditions of a rule are those on the target's main concept; all else that the rule, or `where`, asks of a
row's columns is another condition. A rule without both can leave nothing that is recorded and does not count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from measuremart.plan import nodes
from measuremart.plan.grain import Grain, Match, comparable, match_of
from measuremart.plan.nodes import Column, Expression, Measure, NumberIs, Predicate, Subquery


@dataclass(frozen=True, slots=True)
class Limit:
    """What a rule asks of the main number, and the units in which alone it is asked; no units: in any."""

    number: NumberIs
    units: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Recorded:
    """The rows that are recorded and do not count, as a subquery of its own, and the limit of each of its rules."""

    subquery: Subquery
    limits: tuple[Limit | None, ...]


def recorded_of(subquery: Subquery) -> Recorded | None:
    """Return what is recorded of a subquery and does not count; None where nothing can be.

    Its rules are the concept conditions of the rules. Conditions on age, sex and days hold of it, too, and what is
    excluded stays out; rows that meet a rule whole are members, and so are left out. Its rows are not joined to spans.
    """
    concept = subquery.target.concept
    if concept is None:
        return None
    of_all, other_of_all = _split(subquery.required, concept)
    rules, limits = [], []
    for rule in subquery.rules:
        concepts, others = _split((rule,), concept)
        others += other_of_all
        if others and (concepts or of_all):
            rules.append(_all(concepts or of_all))
            limits.append(_limit(others, subquery))
    if not rules:
        return None
    members = tuple(_all([rule, *subquery.required]) for rule in subquery.rules)
    found = replace(
        subquery, rules=tuple(rules), required=tuple(of_all), exclude=(*subquery.exclude, *members), gap=None
    )
    return Recorded(found, tuple(limits))


def recorded_leaves(measures: dict[str, Measure], measure: str, grain: Grain) -> list[tuple[Subquery, Match]]:
    """Return the subqueries of a numerator that can leave something recorded, and what they share with a cohort key.

    They are the subqueries that the measure needs: not the rest of EXCEPT, nor the candidate of a window with
    `pick: none`. A subquery whose grain cannot be compared with the cohort's is left out.
    """
    found: dict[str, tuple[Subquery, Match]] = {}
    for subquery in _leaves(measures, measures[measure].expression):
        if recorded_of(subquery) is not None and comparable(subquery.grain, grain):
            found[subquery.key] = (subquery, match_of(grain, subquery.grain))
    return list(found.values())


def _leaves(measures: dict[str, Measure], node: Expression) -> Iterator[Subquery]:
    match node:
        case nodes.Leaf(subquery=subquery):
            yield subquery
        case nodes.MeasureRef(name=name):
            yield from _leaves(measures, measures[name].expression)
        case nodes.Or(children=children) | nodes.And(children=children):
            for child in children:
                yield from _leaves(measures, child)
        case nodes.Except(first=first):
            yield from _leaves(measures, first)
        case nodes.Window(anchor=anchor, candidate=candidate):
            yield from _leaves(measures, anchor)
            if node.pick != "none":
                yield from _leaves(measures, candidate)
        case nodes.Extreme() | nodes.Nth() | nodes.Count() | nodes.Filter() | nodes.At():
            yield from _leaves(measures, node.child)


def _split(predicates: tuple[Predicate, ...], concept: Column) -> tuple[list[Predicate], list[Predicate]]:
    """Return the conditions on the main concept, and all others."""
    concepts: list[Predicate] = []
    others: list[Predicate] = []
    for predicate in predicates:
        if _is_about(predicate, concept):
            concepts.append(predicate)
        elif isinstance(predicate, nodes.AllOf):
            inner = _split(predicate.parts, concept)
            concepts += inner[0]
            others += inner[1]
        else:
            others.append(predicate)
    return concepts, others


def _is_about(predicate: Predicate, concept: Column) -> bool:
    match predicate:
        case nodes.ConceptIs(column=column) | nodes.ConceptInSet(column=column) | nodes.CodeMatches(column=column):
            return column == concept
        case nodes.AllOf(parts=parts) | nodes.AnyOf(parts=parts):
            return all(_is_about(part, concept) for part in parts)
        case _:
            return False


def _all(predicates: list[Predicate]) -> Predicate:
    return predicates[0] if len(predicates) == 1 else nodes.AllOf(tuple(predicates))


def _limit(others: list[Predicate], subquery: Subquery) -> Limit | None:
    """Return the one limit that is asked of the number of the row; None where there is none, or several."""
    target = subquery.target
    numbers = [p for p in others if isinstance(p, NumberIs) and p.column == target.number]
    units = [p.ids for p in others if isinstance(p, nodes.ConceptIs) and p.column == target.unit and not p.descendants]
    return Limit(numbers[0], units[0] if units else ()) if len(numbers) == 1 else None
