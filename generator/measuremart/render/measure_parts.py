"""What a measure needs, as data: a measure that is empty although its parts have members is said aloud.

A measure can have members only if each of its *needs* has some; a need is a list of parts, one of which is enough.
AND and a window need each of their children, OR one of them, EXCEPT its first, any other operator its child. A window
with `pick: none` needs its anchor alone. The measures are those that a report names as a sub-cohort, a denominator or
a numerator; a measure that is one subquery or another measure, and nothing else, says nothing of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, TypeAlias

from measuremart.plan import nodes
from measuremart.plan.nodes import Expression, Plan
from measuremart.render.members import match_name

SEEDS: dict[str, list[tuple[str, str, str]]] = {
    "catalogue_measure_part": [
        ("measure", "string", "A sub-cohort, denominator or numerator of a report"),
        (
            "need",
            "bigint",
            "The number of a need of the measure, from 1: the measure is empty unless each need has members",
        ),
        ("construct", "string", "measure, or match for the rows of a subquery"),
        ("part", "string", "A measure or match; the need has members if one of its parts has"),
    ],
}

Part: TypeAlias = tuple[str, str]
# An OR of many ANDs needs one of every combination: beyond so many, nothing is said.
_MOST_NEEDS = 100


def part_rows(plan: Plan) -> Sequence[Sequence[Any]]:
    """Return (measure, need, construct, part) of the measures that reports name, in order."""
    rows = []
    for name in sorted(_named_by_reports(plan)):
        expression = plan.measures[name].expression
        if not isinstance(expression, nodes.Leaf | nodes.MeasureRef):
            for number, parts in enumerate(needs(expression), start=1):
                rows += [(name, number, construct, part) for construct, part in sorted(parts)]
    return rows


def _named_by_reports(plan: Plan) -> set[str]:
    found = set()
    for report in plan.reports.values():
        found |= {measure for cohort in report.cohorts for _, measure in plan.cohorts[cohort].definitions}
        for indicator in report.indicators:
            found |= {indicator.numerator} | ({indicator.denominator} if indicator.denominator else set())
    return found


def needs(node: Expression) -> list[frozenset[Part]]:
    """Return what an expression needs to have members; nothing where that would be more than a reader can follow."""
    found = list(dict.fromkeys(_needs(node)))
    return found if len(found) <= _MOST_NEEDS else []


def _needs(node: Expression) -> Iterator[frozenset[Part]]:
    match node:
        case nodes.Leaf(subquery=subquery):
            yield frozenset({("match", match_name(subquery))})
        case nodes.MeasureRef(name=name):
            yield frozenset({("measure", name)})
        case nodes.Or(children=children):
            each = [needs(child) for child in children]
            size = 1
            for one in each:
                size *= len(one)
            if 0 < size <= _MOST_NEEDS:
                yield from (frozenset().union(*combination) for combination in product(*each))
        case nodes.And(children=children):
            for child in children:
                yield from needs(child)
        case nodes.Except(first=first):
            yield from needs(first)
        case nodes.Window(anchor=anchor, candidate=candidate):
            yield from needs(anchor)
            if node.pick != "none":
                yield from needs(candidate)
        case nodes.Extreme() | nodes.Nth() | nodes.Count() | nodes.Filter() | nodes.At():
            yield from needs(node.child)
