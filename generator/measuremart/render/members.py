"""Measure expressions as lists of CTEs that end in the four member columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from measuremart.plan import nodes
from measuremart.plan.grain import match_of
from measuremart.plan.nodes import Expression, Population, Subquery
from measuremart.render.environment import KEY, fill
from measuremart.render.predicates import conditions

FINAL = "final"
MEMBER = (*KEY, "measure_date")


def match_name(subquery: Subquery) -> str:
    """Return the relation of a subquery's match."""
    return f"match__{subquery.key}"


@dataclass
class Ctes:
    """The CTEs of one model: imports by name, each once and sorted first, then parts in the order they are needed."""

    populations: Mapping[str, Population]
    imports: dict[str, str] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    _number: int = 0

    def blocks(self) -> list[str]:
        """Return the text of all CTEs in order."""
        return [self.imports[name] for name in sorted(self.imports)] + self.parts

    def next_part(self) -> str:
        """Return a new name for an inline part."""
        self._number += 1
        return f"part_{self._number}"

    def member(self, relation: str, *, distinct: bool = False) -> str:
        """Import a member relation; return the CTE's name."""
        self.imports[relation] = fill("import_member", name=relation, source=relation, distinct=distinct)
        return relation

    def match(self, subquery: Subquery, *more: str, distinct: bool = False) -> str:
        """Import the members of a subquery from its match, with more of its columns; return the CTE's name."""
        relation = match_name(subquery)
        self.imports[relation] = fill("import_match", name=relation, source=relation, more=more, distinct=distinct)
        return relation

    def columns(self, name: str, source: str, columns: list[tuple[str, str]]) -> str:
        """Import some columns of a relation under a name."""
        self.imports[name] = fill("import_columns", name=name, source=source, columns=columns)
        return name

    def person(self, population: str) -> None:
        """Import the persons of a population as `person`."""
        model = self.populations[population]
        columns = [(f"cast({model.person_id} as bigint)", "person_id")]
        columns.append((f"cast({model.birth_date or 'null'} as date)", "birth_date"))
        columns.append((f"cast({model.sex or 'null'} as bigint)", "sex"))
        self.columns("person", model.person_model, columns)

    def episode(self, population: str) -> None:
        """Import the root episodes of a population as `episode`: those that have started by `as_of` (2.6)."""
        model = self.populations[population]
        assert model.spine_model is not None
        columns = [
            (f"cast({model.spine_person} as bigint)", "person_id"),
            (f"cast({model.spine_id} as bigint)", "episode_id"),
            (f"cast({model.spine_start} as date)", "start_date"),
        ]
        self.columns("spine", model.spine_model, columns)
        self.clock()
        seen = fill("episode")
        if seen not in self.parts:
            self.parts.append(seen)

    def clock(self) -> None:
        """Import the one row of run_context."""
        self.columns("run_context", "run_context", [("as_of", "as_of")])


def expression_cte(node: Expression, ctes: Ctes, name: str | None = None) -> str:
    """Add the CTEs of an expression and return the name of the one that holds its rows.

    `name` is what that one should be called; None lets an import keep its own name and gives a part the next number.
    """
    match node:
        case nodes.MeasureRef(name=measure):
            return ctes.member(f"measure__{measure}")
        case nodes.Leaf(subquery=subquery) if subquery.name:
            return ctes.member(f"subquery__{subquery.name}", distinct=True)
        case nodes.Leaf(subquery=subquery):
            return ctes.match(subquery, distinct=True)
        case nodes.Or():
            return _or(node, ctes, name)
        case nodes.And():
            return and_cte(node, ctes, name)
        case nodes.Except():
            return _except(node, ctes, name)
        case nodes.Window():
            return _window(node, ctes, name)
        case nodes.Filter():
            return _filter(node, ctes, name)
    return _of_one_child(node, ctes, name)


def _or(node: nodes.Or, ctes: Ctes, name: str | None) -> str:
    children = []
    for child in node.children:
        lifts = child.types.grain != node.types.grain
        if lifts:
            ctes.episode(node.types.population)
        children.append({"cte": expression_cte(child, ctes), "lifts": lifts})
    own = name or ctes.next_part()
    ctes.parts.append(fill("or", name=own, children=children))
    return own


def and_cte(node: nodes.And, ctes: Ctes, name: str | None = None, dated_by: int | None = None) -> str:
    """Add the CTEs of an AND; with `dated_by` its date is that child's first date (semantics.md 6.1)."""
    grain = node.types.grain
    order = sorted(range(len(node.children)), key=lambda n: node.children[n].types.grain != grain)
    children = []
    for number in order:
        child = node.children[number]
        match = match_of(grain, child.types.grain)
        key = {"person": KEY[:1], "episode": KEY[:2], "key": KEY}[match]
        timeless = child.types.timeless or (dated_by is not None and number != dated_by)
        cte = expression_cte(child, ctes)
        children.append({"cte": cte, "match": match, "key": key, "timeless": timeless})
    own = name or ctes.next_part()
    dated = [n for n, c in enumerate(children, start=1) if not c["timeless"]]
    ctes.parts.append(fill("and", name=own, children=children, dated=dated, all_moments=node.all_moments))
    return own


def _except(node: nodes.Except, ctes: Ctes, name: str | None) -> str:
    grain = node.types.grain
    first = expression_cte(node.first, ctes)
    rest = [{"cte": expression_cte(c, ctes), "match": match_of(grain, c.types.grain)} for c in node.rest]
    own = name or ctes.next_part()
    ctes.parts.append(fill("except", name=own, first=first, rest=rest))
    return own


def _filter(node: nodes.Filter, ctes: Ctes, name: str | None) -> str:
    child = expression_cte(node.child, ctes)
    if node.conditions.needs_person:
        ctes.person(node.types.population)
    if node.conditions.elapsed is not None:
        ctes.clock()
    own = name or ctes.next_part()
    ctes.parts.append(
        fill(
            "filter",
            name=own,
            child=child,
            needs_person=node.conditions.needs_person,
            needs_clock=node.conditions.elapsed is not None,
            conditions=conditions(node.conditions, "member"),
        )
    )
    return own


def _window(node: nodes.Window, ctes: Ctes, name: str | None) -> str:
    anchor = expression_cte(node.anchor, ctes)
    if node.covers:
        assert isinstance(node.candidate, nodes.Leaf)
        candidate = ctes.match(node.candidate.subquery, "interval_start", "interval_end")
    else:
        candidate = expression_cte(node.candidate, ctes)
    own = name or ctes.next_part()
    ctes.parts.append(
        fill(
            "window",
            name=own,
            anchor=anchor,
            candidate=candidate,
            match=node.match,
            start=node.start,
            end=node.end,
            anchor_pick=node.anchor_pick,
            pick=node.pick,
            date=node.date,
            keep_candidate=node.keep_candidate,
            covers=node.covers,
            other=node.other,
        )
    )
    return own


def _of_one_child(node: Expression, ctes: Ctes, name: str | None) -> str:
    assert isinstance(node, nodes.Extreme | nodes.Nth | nodes.Count | nodes.At)
    child = expression_cte(node.child, ctes)
    own = name or ctes.next_part()
    match node:
        case nodes.Extreme():
            block = fill("extreme", name=own, child=child, latest=node.latest, per=node.per)
        case nodes.Nth():
            block = fill("nth", name=own, child=child, n=node.n)
        case nodes.Count():
            block = fill("count", name=own, child=child, at_least=node.at_least, within=node.within, per=node.per)
        case nodes.At():
            block = fill("at", name=own, child=child, level=node.level)
    ctes.parts.append(block)
    return own
