"""What measures are made of, all the way down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from measuremart.plan import nodes


@dataclass(slots=True)
class Reach:
    """The named parts and the targets below some measures, and whether the day of the run matters to them."""

    measures: set[str] = field(default_factory=set)
    subqueries: set[str] = field(default_factory=set)
    concept_sets: set[str] = field(default_factory=set)
    targets: dict[str, nodes.Target] = field(default_factory=dict)
    asks_as_of: bool = False


def reach_of(measures: dict[str, nodes.Measure], names: Iterable[str]) -> Reach:
    """Return what the named measures are made of, themselves included."""
    found = Reach()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found.measures:
            continue
        found.measures.add(name)
        for node in _all_parts(measures[name].expression):
            match node:
                case nodes.MeasureRef():
                    waiting.append(node.name)
                case nodes.Leaf(subquery=subquery):
                    _add_subquery(subquery, found)
                case nodes.Filter(conditions=conditions):
                    found.asks_as_of |= conditions.elapsed is not None
    return found


def children_of(node: nodes.Expression) -> tuple[nodes.Expression, ...]:
    """Return the children that an operator is applied to; none for a leaf or a named measure."""
    match node:
        case nodes.Or(children=children) | nodes.And(children=children):
            return children
        case nodes.Except(first=first, rest=rest):
            return (first, *rest)
        case nodes.Window(anchor=anchor, candidate=candidate):
            return (anchor, candidate)
        case nodes.Extreme() | nodes.Nth() | nodes.Count() | nodes.Filter() | nodes.At():
            return (node.child,)
        case nodes.Leaf() | nodes.MeasureRef():
            return ()


def _all_parts(node: nodes.Expression) -> Iterator[nodes.Expression]:
    yield node
    for child in children_of(node):
        yield from _all_parts(child)


def _add_subquery(subquery: nodes.Subquery, found: Reach) -> None:
    found.targets[subquery.target.name] = subquery.target
    if subquery.name:
        found.subqueries.add(subquery.name)
    found.concept_sets.update(concept_sets_of(subquery))


def concept_sets_of(subquery: nodes.Subquery) -> set[str]:
    """Return the concept sets that the rules of a subquery name."""
    return {name for rule in subquery.predicates for name in _concept_sets(rule)}


def _concept_sets(predicate: nodes.Predicate) -> Iterator[str]:
    match predicate:
        case nodes.AllOf(parts=parts) | nodes.AnyOf(parts=parts):
            for part in parts:
                yield from _concept_sets(part)
        case nodes.ConceptInSet(concept_set=name):
            yield name


def inline_subqueries(node: nodes.Expression) -> Iterable[nodes.Subquery]:
    """Yield the subqueries that are written inside an expression."""
    if isinstance(node, nodes.Leaf) and not node.subquery.name:
        yield node.subquery
    for child in children_of(node):
        yield from inline_subqueries(child)


def subqueries_of(node: nodes.Expression) -> Iterator[nodes.Subquery]:
    """Yield the subqueries of an expression, named or in place; not those of the measures that it names."""
    if isinstance(node, nodes.Leaf):
        yield node.subquery
    for child in children_of(node):
        yield from subqueries_of(child)
