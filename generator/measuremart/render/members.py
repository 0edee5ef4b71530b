"""Subqueries and measure expressions as lists of CTEs that end in the four member columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from measuremart.plan import nodes
from measuremart.plan.grain import match_of
from measuremart.plan.nodes import Expression, Population, Subquery
from measuremart.render.environment import KEY, fill
from measuremart.render.predicates import Needs, conditions, predicate, required

FINAL = "final"
MEMBER = (*KEY, "measure_date")
# The first day of a supply is the start; parts of a day do not count; a supply of over 100 years is one of 100 (2.2).
_LAST_DAY_OF_SUPPLY = """case
                    when recorded.interval_supply >= 1
                        then {{ add_interval(
                            'recorded.interval_start',
                            0,
                            'cast(floor(least(recorded.interval_supply, 36500)) as integer) - 1'
                        ) }}
                end"""


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


@dataclass(frozen=True, slots=True)
class Extra:
    """A further column that a subquery's rows carry beside the four, for intervals and numbers.

    `seen` is what is made of it once `as_of` is at hand. It reads `recorded`, with the columns `reads` beside, and
    `run_context`.
    """

    expression: str
    alias: str
    seen: str | None = None
    reads: tuple[tuple[str, str], ...] = ()


def subquery_ctes(subquery: Subquery, ctes: Ctes, name: str, prefix: str, extra: tuple[Extra, ...] = ()) -> None:
    """Add the CTEs of a subquery's members, the last of them called `name`.

    Where its rows are joined to spans, that one has `interval_start` and `interval_end` beside the four columns.
    """
    if subquery.gap is None:
        _subquery(subquery, ctes, name, prefix, extra, dropped=False)
    else:
        _spans(subquery, ctes, name, prefix)


def dropped_ctes(subquery: Subquery, ctes: Ctes, name: str, prefix: str) -> None:
    """Add the CTEs of the rows that match a subquery but lack a person or a resolver (semantics.md 2.3).

    Where `says_why_unattached`, the last of them has the reason in `why_unattached`.
    """
    extra: tuple[Extra, ...] = ()
    if says_why_unattached(subquery):
        assert subquery.target.unattached is not None
        extra = (Extra(f"{{{{ to_text('{subquery.target.unattached.name}') }}}}", "why_unattached"),)
    _subquery(subquery, ctes, name, prefix, extra, dropped=True)


def says_why_unattached(subquery: Subquery) -> bool:
    """Return whether a missing resolver can be due to a missing episode, and the target says why that is missing."""
    grain = subquery.grain
    by_episode = grain.level == "episode" or (grain.level == "key" and grain.within == "episode")
    return by_episode and subquery.target.unattached is not None


def _subquery(
    subquery: Subquery, ctes: Ctes, name: str, prefix: str, extra: tuple[Extra, ...], *, dropped: bool
) -> None:
    needs = Needs()
    rules = [predicate(r, needs, prefix) for r in subquery.rules]
    excludes = [predicate(e, needs, prefix, "target_row") for e in subquery.exclude]
    must = required(subquery.required, needs, prefix, "target_row")
    columns = _event_columns(subquery, needs, extra)
    later = _later_days(subquery, needs, extra, columns)
    days = _days_of(subquery, columns)
    if later or days:
        ctes.clock()
    if subquery.where.needs_person:
        ctes.person(subquery.target.population)
    _vocabulary(ctes, needs)
    produced = [*MEMBER, *(e.alias for e in extra)]
    kept = [*produced, *(n for n in sorted(needs.columns) if n not in produced)]
    one = len(rules) == 1
    ctes.parts.append(
        fill(
            "subquery",
            prefix=prefix,
            name=name,
            source=subquery.target.model,
            columns=columns,
            kept=kept,
            produced=[*produced, "is_after_as_of"] if dropped else produced,
            later=later,
            days_seen=[_seen(subquery, day) for day in days],
            days_after=[f"{day} > run_context.as_of" for day in days],
            hierarchies=needs.hierarchies,
            codes=needs.codes,
            coded=needs.coded,
            needs_person=subquery.where.needs_person,
            dropped=dropped,
            conditions=[*conditions(subquery.where, "target_row"), *must],
            excludes=excludes,
            rules=[
                {"name": name if one else f"{prefix}rule_{n}", "condition": c} for n, c in enumerate(rules, start=1)
            ],
        )
    )


def _spans(subquery: Subquery, ctes: Ctes, name: str, prefix: str) -> None:
    gap = subquery.gap
    assert gap is not None
    rows = f"{prefix}joinable"
    _subquery(subquery, ctes, rows, prefix, _interval(subquery), dropped=False)
    ctes.parts.append(
        fill(
            "spans",
            name=name,
            prefix=prefix,
            rows=rows,
            next_day=nodes.Offset(gap.months, gap.days + 1),
            by_event=subquery.grain.level == "event",
            by_end=subquery.by_end,
        )
    )


def _event_columns(subquery: Subquery, needs: Needs, extra: tuple[Extra, ...]) -> list[tuple[str, str]]:
    target, grain = subquery.target, subquery.grain
    episode = target.episode if grain.level == "episode" or grain.within == "episode" else None
    columns = [
        (f"cast({target.person} as bigint)", "person_id"),
        (f"cast({episode or 'null'} as bigint)", "episode_id"),
        (f"cast({subquery.resolver.name} as bigint)", "measure_resolver"),
        (f"cast({subquery.date.name if subquery.date else 'null'} as date)", "measure_date"),
    ]
    if target.start is not None and subquery.date is not None and subquery.date != target.start:
        columns.append((f"cast({target.start.name} as date)", "event_start"))
    for e in extra:
        columns += [(e.expression, e.alias), *e.reads]
    for name in sorted(needs.columns):
        column = needs.columns[name]
        match column.kind:
            case "date":
                expression = f"cast({column.name} as date)"
            case "number":
                expression = f"{{{{ to_number('{column.name}') }}}}"
            case _:
                expression = column.name
        columns.append((expression, name))
    return columns


def _days_of(subquery: Subquery, columns: list[tuple[str, str]]) -> list[str]:
    """Return the days of a row that must not lie after `as_of`: its own, and the start of its event (2.8)."""
    if subquery.date is None:
        return []
    return [f"target_row.{alias}" for _, alias in columns if alias in ("measure_date", "event_start")]


def _seen(subquery: Subquery, day: str) -> str:
    """Return when a day of a row is not after `as_of`; of a span's end, also when the row has begun (2.8, 3 spans)."""
    if subquery.gap is not None and subquery.by_end and day == "target_row.measure_date":
        return f"coalesce(target_row.event_start, {day}, run_context.as_of) <= run_context.as_of"
    return f"({day} is null or {day} <= run_context.as_of)"


def _later_days(
    subquery: Subquery, needs: Needs, extra: tuple[Extra, ...], columns: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Return the columns of a row once `as_of` is known, none where that changes nothing (2.8).

    A row whose own day or start lies after `as_of` is left out whole: those two stay as they are.
    """
    own = {c.name for c in (subquery.date, subquery.target.start) if c is not None}
    seen = {e.alias: e.seen for e in extra if e.seen is not None}
    for alias, column in needs.columns.items():
        if column.kind == "date" and column.name not in own:
            seen[alias] = _by_as_of(f"recorded.{alias}")
    read_only = {alias for e in extra for _, alias in e.reads}
    kept = [alias for _, alias in columns if alias not in read_only]
    return [(seen.get(alias, f"recorded.{alias}"), alias) for alias in kept] if seen else []


def _by_as_of(day: str) -> str:
    """Return a day of a row if it is not after `as_of`, else null (2.8)."""
    return f"case\n            when {day} <= run_context.as_of\n                then {day}\n        end"


def _vocabulary(ctes: Ctes, needs: Needs) -> None:
    for name in needs.concept_sets:
        ctes.columns(f"concept_set__{name}", f"concept_set__{name}", [("concept_id", "concept_id")])
    if needs.hierarchies:
        columns = ["ancestor_concept_id", "descendant_concept_id"]
        ctes.columns("concept_ancestor", "stg_omop__concept_ancestor", [(c, c) for c in columns])
    if needs.codes or needs.coded:
        columns = ["concept_id", "concept_code"]
        ctes.columns("concept", "stg_omop__concept", [(c, c) for c in columns])


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
            own = name or ctes.next_part()
            subquery_ctes(subquery, ctes, f"{own}_matched", f"{own}_")
            ctes.parts.append(fill("distinct", name=own, child=f"{own}_matched"))
            return own
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
        candidate = ctes.next_part()
        covering = node.candidate.subquery
        subquery_ctes(covering, ctes, candidate, f"{candidate}_", _interval(covering))
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


def _interval(subquery: Subquery) -> tuple[Extra, ...]:
    """Return the start and end of rows: an end that is not known, or after `as_of`, is what the target says (2.2)."""
    target = subquery.target
    assert target.start is not None
    assert target.end is not None
    start = Extra(f"cast({target.start.name} as date)", "interval_start")
    recorded = f"cast({target.end.name} as date)"
    if target.missing_end == "open":
        return start, Extra(recorded, "interval_end", _by_as_of("recorded.interval_end"))
    known = ["recorded.interval_end", "recorded.interval_start"]
    reads: tuple[tuple[str, str], ...] = ()
    if target.supply is not None:
        reads = ((f"{{{{ to_number('{target.supply.name}') }}}}", "interval_supply"),)
        known.insert(1, _LAST_DAY_OF_SUPPLY)
    step = "\n            "
    end = f"coalesce({step}    {f',{step}    '.join(known)}{step})"
    # least() passes over nulls, but where neither day is known, nobody knows the end.
    known_day = "coalesce(recorded.interval_end, recorded.interval_start) is not null"
    below = f"{step}    "
    inner = f"{below}    "
    least = f"least({inner}{end.replace(step, inner)},{inner}run_context.as_of{below})"
    seen = f"case{step}when {known_day}{below}then {least}\n        end"
    return start, Extra(recorded, "interval_end", seen, reads)


def number_of(subquery: Subquery) -> tuple[Extra, ...]:
    """Return the columns that carry an event's id and number (semantics.md section 7, the dataset)."""
    number = subquery.number
    assert number is not None
    return (
        Extra(f"cast({subquery.target.event} as bigint)", "number_event_id"),
        Extra(f"{{{{ to_number('{number.name}') }}}}", "number_value"),
    )


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
