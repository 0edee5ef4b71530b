"""Which definition uses which concept, how, and on which column; what the checks of the vocabulary read."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from measuremart.plan import nodes
from measuremart.plan.nodes import Plan
from measuremart.plan.reach import children_of, inline_subqueries

# pack, construct, definition, matcher, column, concept
UsedConcept = tuple[str, str, str, str, str, int]


def used_concepts(plan: Plan) -> list[UsedConcept]:
    """Return every use of a concept id in a definition, each once and sorted.

    A line of a concept set has the column that the set is asked of; none where nothing, or more than one, asks it.
    """
    used = set(_of_concept_sets(plan))
    for named in plan.subqueries.values():
        about = (named.about.pack, "subquery", named.about.name)
        used |= {(*about, *use) for use in _of_subquery(plan, named.subquery)}
    for measure in plan.measures.values():
        about = (measure.about.pack, "measure", measure.about.name)
        used |= {(*about, *use) for use in _of_expression(plan, measure.expression)}
    return sorted(used)


def concept_name_words(plan: Plan) -> list[tuple[str, int, str, str]]:
    """Return (pack, concept, name, start of a word) of every word of every name that authors gave to a concept.

    A vocabulary may spell a concept in other forms of the same words: four letters tell which word is meant. Words of
    one or two letters tell nothing, unless a name has no other.
    """
    rows = []
    for pack, names in sorted(plan.concept_names.items()):
        for concept, name in sorted(names.items()):
            words = {word[:4] for word in re.findall(r"\w+", name.lower())}
            rows += [(pack, concept, name, word) for word in sorted({w for w in words if len(w) > 2} or words)]
    return rows


def _of_concept_sets(plan: Plan) -> Iterator[UsedConcept]:
    columns: dict[str, set[str]] = defaultdict(set)
    for subquery in _subqueries(plan):
        for predicate in _parts(subquery):
            if isinstance(predicate, nodes.ConceptInSet):
                columns[predicate.concept_set].add(predicate.column.name)
    for concept_set in plan.concept_sets.values():
        asked = columns[concept_set.name]
        column = next(iter(asked)) if len(asked) == 1 else ""
        for line in concept_set.lines:
            matcher = "hierarchy" if line.descendants else "exact"
            yield concept_set.pack, "concept_set", concept_set.name, matcher, column, line.id


def _subqueries(plan: Plan) -> Iterator[nodes.Subquery]:
    for named in plan.subqueries.values():
        yield named.subquery
    for measure in plan.measures.values():
        yield from inline_subqueries(measure.expression)


def _of_subquery(plan: Plan, subquery: nodes.Subquery) -> Iterator[tuple[str, str, int]]:
    for predicate in _parts(subquery):
        match predicate:
            case nodes.ConceptIs(column=column, ids=ids, descendants=descendants):
                for concept in ids:
                    yield ("hierarchy" if descendants else "exact"), column.name, concept
            case (
                nodes.TextMatches(column=column, code_of=int(concept))
                | nodes.CodeMatches(column=column, code_of=int(concept))
            ):
                yield "code_of", column.name, concept
    yield from _of_conditions(plan, subquery.where, subquery.target.population)


def _of_expression(plan: Plan, node: nodes.Expression) -> Iterator[tuple[str, str, int]]:
    if isinstance(node, nodes.Leaf) and not node.subquery.name:
        yield from _of_subquery(plan, node.subquery)
    if isinstance(node, nodes.Filter):
        yield from _of_conditions(plan, node.conditions, node.types.population)
    for child in children_of(node):
        yield from _of_expression(plan, child)


def _of_conditions(plan: Plan, conditions: nodes.Conditions, population: str) -> Iterator[tuple[str, str, int]]:
    column = plan.populations[population].sex or ""
    if conditions.sex is not None and column.endswith("_concept_id"):  # else a code of the population's own
        yield "exact", column, conditions.sex


def _parts(subquery: nodes.Subquery) -> Iterator[nodes.Predicate]:
    waiting = list(subquery.predicates)
    while waiting:
        predicate = waiting.pop()
        if isinstance(predicate, nodes.AllOf | nodes.AnyOf):
            waiting += predicate.parts
        else:
            yield predicate
