"""Which events of reduced targets some definition asks about (semantics.md 2.9).

A demand holds every event that a rule may match. When in doubt it is everything: an event too many costs time, an event
too few changes a result.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from measuremart.plan import nodes
from measuremart.plan.nodes import Plan
from measuremart.plan.reach import inline_subqueries


@dataclass(frozen=True, slots=True, order=True)
class Asked:
    """Events of one concept, of one and all below it (`hierarchy`), or of a concept set."""

    matcher: Literal["exact", "hierarchy", "concept_set"]
    concept: int | None = None
    concept_set: str | None = None


# None is everything.
Demand: TypeAlias = frozenset[Asked] | None


@dataclass(frozen=True, slots=True)
class Reader:
    """What a definition asks of the model of a reduced target; `construct` is pack for what its models by hand read."""

    pack: str
    construct: Literal["subquery", "measure", "population", "extension", "pack"]
    definition: str
    model: str
    demand: Demand


def readers(plan: Plan) -> Iterator[Reader]:
    """Yield everything that reads a reduced target."""
    reduced = {target.model for target in plan.targets.values() if target.reduced_by}
    for named in plan.subqueries.values():
        yield from _of_subquery(named.about, "subquery", named.subquery)
    for measure in plan.measures.values():
        for subquery in inline_subqueries(measure.expression):
            yield from _of_subquery(measure.about, "measure", subquery)
    for population in plan.populations.values():
        for model in sorted(reduced & set(_models_of(population))):
            yield Reader(population.pack, "population", population.name, model, None)
        for extension in population.extensions:
            for model in sorted(reduced & set(_models_of_extension(extension))):
                yield Reader(extension.pack, "extension", extension.name, model, None)
    for pack in plan.packs.values():
        for target, sets in pack.reads:
            if target in plan.targets:
                demand = frozenset(Asked("concept_set", concept_set=name) for name in sets) or None
                yield Reader(pack.name, "pack", pack.name, plan.targets[target].model, demand)


def demand_of(subquery: nodes.Subquery) -> Demand:
    """Return what a subquery asks of its target: an event meets one of its rules, and all that `where` requires.

    Nobody asks what `exclude` drops, so that it makes no demand smaller.
    """
    column = subquery.target.reduced_by
    if column is None:
        return None
    return _of_predicate(nodes.AllOf((nodes.AnyOf(subquery.rules), *subquery.required)), column)


def _of_subquery(
    about: nodes.Named, construct: Literal["subquery", "measure"], subquery: nodes.Subquery
) -> Iterator[Reader]:
    if subquery.target.reduced_by:
        yield Reader(about.pack, construct, about.name, subquery.target.model, demand_of(subquery))


def _of_predicate(node: nodes.Predicate, column: str) -> Demand:
    match node:
        case nodes.ConceptIs(column=asked, ids=ids, descendants=descendants) if asked.name == column:
            return frozenset(Asked("hierarchy" if descendants else "exact", concept) for concept in ids)
        case nodes.ConceptInSet(column=asked, concept_set=name) if asked.name == column:
            return frozenset({Asked("concept_set", concept_set=name)})
        case nodes.AllOf(parts=parts):
            return _smallest([_of_predicate(part, column) for part in parts])
        case nodes.AnyOf(parts=parts):
            return _union([_of_predicate(part, column) for part in parts])
        case _:
            return None


def _smallest(demands: Sequence[Demand]) -> Demand:
    """Return one of the demands, since an event meets all of them: the one that names fewest, everything last."""
    known = [d for d in demands if d is not None]
    return min(known, key=lambda d: (len(d), sorted(map(str, d))), default=None)


def _union(demands: Sequence[Demand]) -> Demand:
    known = [d for d in demands if d is not None]
    if not demands or len(known) < len(demands):
        return None
    return frozenset[Asked]().union(*known)


def _models_of(population: nodes.Population) -> Iterable[str]:
    """Yield the models that a population reads."""
    yield population.person_model
    if population.spine_model is not None:
        yield population.spine_model
    yield from _models_of_organisations(population)


def _models_of_extension(extension: nodes.Extension) -> Iterable[str]:
    """Yield the models that an extension reads."""
    yield from (s.model for s in extension.stratifiers if s.model is not None)
    yield from _models_of_organisations(extension)


def _models_of_organisations(part: nodes.Population | nodes.Extension) -> Iterable[str]:
    if part.organisations is not None:
        yield part.organisations.model
    for attribution in part.attributions:
        yield attribution.model
