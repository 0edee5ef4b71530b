"""Matchers on one row of a target: true, false, or unknown where an operand is null (semantics.md section 3)."""

from __future__ import annotations

import string
from decimal import Decimal

from measuremart.plan import nodes
from measuremart.referee.world import Row, World, number, whole

Truth = bool | None
_FOLD = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def concepts_of(concept_set: nodes.ConceptSet, world: World) -> set[int]:
    """Return what a concept set resolves to: all lines that add, less all lines that take out (language.md)."""
    added: set[int] = set()
    taken_out: set[int] = set()
    for line in concept_set.lines:
        concepts = taken_out if line.exclude else added
        concepts.add(line.id)
        if line.descendants:
            concepts.update(d for a, d in world.ancestors if a == line.id)
    return added - taken_out


class Matcher:
    """Judges predicates with the vocabulary and the resolved concept sets at hand."""

    def __init__(self, plan: nodes.Plan, world: World) -> None:
        self._plan = plan
        self._world = world
        self._concept_sets: dict[str, set[int]] = {}

    def concept_set(self, name: str) -> set[int]:
        """Return what a concept set resolves to, worked out once."""
        if name not in self._concept_sets:
            self._concept_sets[name] = concepts_of(self._plan.concept_sets[name], self._world)
        return self._concept_sets[name]

    def truth(self, predicate: nodes.Predicate, row: Row) -> Truth:
        """Judge one predicate on one row: a null operand satisfies only `absence` (section 3)."""
        if isinstance(predicate, nodes.AllOf):
            return self._all([self.truth(part, row) for part in predicate.parts])
        if isinstance(predicate, nodes.AnyOf):
            return self._any([self.truth(part, row) for part in predicate.parts])
        if isinstance(predicate, nodes.IsKnown):
            return _is_known(predicate.column, row) == predicate.known
        value = row.get(predicate.column.name)
        if value is None or (predicate.column.kind in ("concept", "unit") and value == 0):
            return None
        if isinstance(predicate, nodes.ConceptIs):
            return self._concept_is(predicate, row)
        if isinstance(predicate, nodes.ConceptInSet):
            return whole(row, predicate.column.name) in self.concept_set(predicate.concept_set)
        if isinstance(predicate, nodes.TextMatches):
            return self._text_matches(predicate, row[predicate.column.name])
        if isinstance(predicate, nodes.CodeMatches):
            return self._text_matches(predicate, self._world.codes.get(whole(row, predicate.column.name) or 0))
        if isinstance(predicate, nodes.TextIs):
            return row[predicate.column.name] in predicate.texts
        if isinstance(predicate, nodes.NumberIs):
            return _compare(number(row, predicate.column.name), predicate)
        return bool(row[predicate.column.name]) == predicate.value

    @staticmethod
    def _all(truths: list[Truth]) -> Truth:
        """Section 3, `all:`; false beats unknown."""
        if False in truths:
            return False
        return None if None in truths else True

    @staticmethod
    def _any(truths: list[Truth]) -> Truth:
        """Section 3, `any:`; true beats unknown."""
        if True in truths:
            return True
        return None if None in truths else False

    def _concept_is(self, predicate: nodes.ConceptIs, row: Row) -> bool:
        """Section 3, `exact` and `hierarchy`: the id itself counts even without a self row."""
        concept = whole(row, predicate.column.name)
        if concept in predicate.ids:
            return True
        return predicate.descendants and any((i, concept) in self._world.ancestors for i in predicate.ids)

    def _text_matches(self, predicate: nodes.TextMatches | nodes.CodeMatches, found: str | None) -> Truth:
        """Section 3, `substring` and `starts_with`: A-Z fold to a-z; an empty or unknown code never matches."""
        wanted = predicate.text
        if predicate.code_of is not None:
            wanted = self._world.codes.get(predicate.code_of)
        if not wanted or found is None:
            return None
        folded, text = wanted.translate(_FOLD), found.translate(_FOLD)
        return bool(text.startswith(folded)) if predicate.position == "start" else folded in text


def _is_known(column: nodes.Column, row: Row) -> bool:
    """Section 3, `presence` and `absence`: 0 is null for every concept-valued role, units included."""
    value = row.get(column.name)
    return value is not None and not (column.kind in ("concept", "unit") and value == 0)


def _compare(value: Decimal | None, predicate: nodes.NumberIs) -> Truth:
    """Section 3, `scalar`: compared as decimals, `between` inclusive."""
    if value is None:
        return None
    bound = predicate.values[0]
    if predicate.op == "between":
        return bound <= value <= predicate.values[1]
    if predicate.op == "=":
        return value == bound
    if predicate.op == "!=":
        return value != bound
    if predicate.op == ">":
        return value > bound
    if predicate.op == ">=":
        return value >= bound
    if predicate.op == "<":
        return value < bound
    if predicate.op == "<=":
        return value <= bound
    raise ValueError(f"unknown comparison {predicate.op}")
