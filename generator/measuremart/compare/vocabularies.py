"""What two releases of the vocabulary make of the same definitions: the concepts that each gains and loses, by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from measuremart.catalogue import noun
from measuremart.explain.section import called
from measuremart.pipeline import Read
from measuremart.plan.nodes import Plan
from measuremart.referee import Referee, World
from measuremart.render.concepts import used_concepts
from measuremart.uses import Node, uses_of
from measuremart.warehouse.vocabulary import Vocabulary

_SHOWN = 20  # concepts of a definition that are named

Concepts = tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Redefined:
    """A definition whose concepts differ between two releases: those gained and lost, each with its name.

    `changed` are concepts that the definition itself names, each with how valid it was and is (`absent` where a release
    lacks it). `reached` are the measures, cohorts, indicators and reports above it.
    """

    node: Node
    called: str
    gained: Concepts
    lost: Concepts
    changed: tuple[tuple[int, str, str, str], ...]
    reached: tuple[Node, ...]


def named_concepts(plan: Plan) -> set[int]:
    """Return the concepts that definitions name: what is read of a release."""
    return {use[-1] for use in used_concepts(plan)}


def redefined(read: Read, old: Vocabulary, new: Vocabulary) -> list[Redefined]:
    """Return what differs: concept sets, and subqueries and measures by the concepts that they name themselves."""
    uses = uses_of(read.catalogue)
    sides = [Referee(read.plan, _world(vocabulary)) for vocabulary in (old, new)]
    names = {**old.names, **new.names}
    found = []
    for node, used in _used(read.plan).items():
        if node[0] == "concept_sets":
            before, after = (side.concept_set(node[1]) for side in sides)
        else:
            before, after = (_below(vocabulary, used) for vocabulary in (old, new))
        states = ((c, old.states.get(c, "absent"), new.states.get(c, "absent")) for c in sorted({c for _, c in used}))
        changed = tuple((c, names.get(c, ""), was, now) for c, was, now in states if was != now)
        gained, lost = (
            tuple((concept, names.get(concept, "")) for concept in sorted(one - other))
            for one, other in ((after, before), (before, after))
        )
        if gained or lost or changed:
            above = tuple(n for n in uses.all_above(node) if n[0] in ("measures", "cohorts", "indicators", "reports"))
            found.append(Redefined(node, called(read.catalogue, node), gained, lost, changed, above))
    return found


def _used(plan: Plan) -> dict[Node, set[tuple[str, int]]]:
    """Return the matcher and id of each concept that a definition names, by definition."""
    sections = {"concept_set": "concept_sets", "subquery": "subqueries", "measure": "measures"}
    found: dict[Node, set[tuple[str, int]]] = {}
    for _, construct, name, matcher, _, concept in used_concepts(plan):
        found.setdefault((sections[construct], name), set()).add((matcher, concept))
    return found


def _below(vocabulary: Vocabulary, used: Iterable[tuple[str, int]]) -> set[int]:
    asked = {concept for matcher, concept in used if matcher == "hierarchy"}
    return {d for a, d in vocabulary.below if a in asked and d != 0}


def _world(vocabulary: Vocabulary) -> World:
    return World({}, set(vocabulary.below), {}, dt.date.max)


def redefined_lines(found: Sequence[Redefined]) -> Iterator[str]:
    """Yield what two releases make of definitions as lines of text."""
    if not found:
        yield "No definition has other concepts."
        return
    for one in found:
        yield one.called
        for sign, word, concepts in (("+", "gained", one.gained), ("-", "lost", one.lost)):
            if concepts:
                yield f"  {len(concepts):,} {word}"
            yield from (f"    {sign} {_named(*concept)}" for concept in concepts[:_SHOWN])
            if len(concepts) > _SHOWN:
                yield f"    and {len(concepts) - _SHOWN:,} more"
        for concept, name, before, after in one.changed:
            yield f"  {_named(concept, name)} was {before}, and is {after}"
        reached = [n[1] for n in one.reached if n[0] in ("indicators", "reports")]
        if reached:
            yield f"  reaches {', '.join(reached)}"
        yield ""
    reports = sorted({n[1] for one in found for n in one.reached if n[0] == "reports"})
    yield f"Reports whose results can differ: {', '.join(reports) or 'none'}."


def redefined_data(found: Sequence[Redefined]) -> list[dict[str, Any]]:
    """Return the same as plain data."""
    return [
        {
            "kind": noun(one.node[0]),
            "name": one.node[1],
            "gained": [{"concept_id": concept, "name": name} for concept, name in one.gained],
            "lost": [{"concept_id": concept, "name": name} for concept, name in one.lost],
            "changed": [dict(zip(("concept_id", "name", "before", "after"), c, strict=True)) for c in one.changed],
            "reached": [{"kind": noun(section), "name": name} for section, name in one.reached],
        }
        for one in found
    ]


def _named(concept: int, name: str) -> str:
    return f"{concept} ({name})" if name else str(concept)
