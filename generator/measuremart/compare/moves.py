"""How many keys entered, left or changed in each measure, report and indicator, and through which rule or concept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from measuremart.compare import queries
from measuremart.compare.building import Sides
from measuremart.explain.difference import Difference
from measuremart.explain.section import called
from measuremart.pipeline import Read
from measuremart.plan.nodes import AllOf, AnyOf, Measure, Plan, Predicate, Report, Subquery
from measuremart.plan.reach import reach_of, subqueries_of
from measuremart.render.members import match_name
from measuremart.uses import Node, uses_of
from measuremart.warehouse.kept import KeptDbt
from measuremart.words import Names, predicate_words

RESULTS = "indicator_result"
NAMES = "stg_omop__concept"


@dataclass(frozen=True, slots=True)
class Way:
    """A subquery whose events differ, and the keys of one change that have such an event, by rule and concept.

    `what` says whether the events count now or counted before; `rule` is in words.
    """

    change: str
    subquery: str
    what: str
    rule: str
    concept: int | None
    concept_name: str | None
    keys: int


@dataclass(frozen=True, slots=True)
class Move:
    """One change: `entered`, `left`, `other dates`, or a status before and after; the keys, persons and example ids."""

    change: str
    keys: int
    persons: int
    examples: tuple[tuple[str | None, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """A measure, report, or indicator in a report, with all that moved in it.

    `edited` are the definitions that were edited below it; `rates` met and eligible keys before and after, None where
    it is no indicator, or was not there.
    """

    node: Node
    called: str
    report: str | None
    moves: tuple[Move, ...]
    ways: tuple[Way, ...]
    edited: tuple[str, ...]
    rates: tuple[tuple[int, int] | None, tuple[int, int] | None] | None = None


@dataclass(frozen=True, slots=True)
class _Thing:
    node: Node
    report: str | None
    changed: str
    measures: tuple[str, ...]


def compared_names(old: Plan, new: Plan, found: Sequence[Difference]) -> list[str]:
    """Return the relations that are compared: those of measures and reports whose meaning differs, and the results."""
    found = [d for d in found if d.change != "renamed"]
    names = [f"measure__{d.node[1]}" for d in found if d.node[0] == "measures"]
    names += [name for d in found if d.node[0] == "reports" for name in (f"report__{d.node[1]}", RESULTS)]
    names += [match_name(s) for plan in (old, new) for s in _subqueries(plan, _measures(plan, found))]
    return list(dict.fromkeys([*names, NAMES])) if names else []


def moved(
    dbt: KeptDbt, options: Sequence[str], sides: Sides, old: Read, new: Read, found: Sequence[Difference], ids: int
) -> list[Moved]:
    """Return what moved, measures first, then reports with their indicators; what did not move has no moves.

    `ids` is the number of examples of each change. Raises `WarehouseError`.
    """
    found = [d for d in found if d.change != "renamed"]
    things = list(_things(sides, old.plan, new.plan, found))
    asked = {f"count {n}": queries.counted(thing.changed) for n, thing in enumerate(things)}
    events = _events(sides, old.plan, new.plan, found)
    asked |= {f"events {key}": queries.events_counted(sql) for key, (_, sql) in events.items()}
    results = sides.pair(RESULTS)
    asked |= {side: queries.rates(r) for side, r in zip(("was", "now"), results, strict=True) if r is not None}
    counts = dbt.rows(asked, options)
    more: dict[str, str] = {}
    for number, thing in enumerate(things):
        if not counts[f"count {number}"]:
            continue
        if ids:
            more[f"ids {number}"] = queries.examples(thing.changed, ids)
        below = {s.key for plan in (old.plan, new.plan) for s in _subqueries(plan, thing.measures)}
        for key, (subquery, sql) in events.items():
            if key in below and counts[f"events {key}"]:
                target = sides.pair(subquery.target.model)[1]
                names = sides.pair(NAMES)[1]
                more[f"way {number} {key}"] = queries.through(thing.changed, sql, subquery, target, names)
    more_rows = dbt.rows(more, options)
    edited = {d.node for d in found if d.change in ("changed", "added")}
    uses = uses_of(new.catalogue)
    answers = []
    for number, thing in enumerate(things):
        shown = {
            change: tuple((r["person_id"], r["episode_id"], r["measure_resolver"]) for r in rows)
            for change, rows in _by_change(more_rows.get(f"ids {number}", [])).items()
        }
        moves = [
            Move(r["change"], int(r["n_keys"]), int(r["n_persons"]), shown.get(r["change"], ()))
            for r in counts[f"count {number}"]
        ]
        ways = [
            _way(events[key][0], (old.plan, new.plan), row)
            for key in events
            for row in more_rows.get(f"way {number} {key}", [])
        ]
        below_it = [thing.node, *uses.all_below(thing.node)]
        read = new if thing.node in uses.below else old
        answers.append(
            Moved(
                thing.node,
                called(read.catalogue, thing.node),
                thing.report,
                tuple(moves),
                tuple(ways),
                tuple(called(new.catalogue, node) for node in below_it if node in edited),
                _rates(counts, thing) if thing.node[0] == "indicators" else None,
            )
        )
    return answers


def _things(sides: Sides, old: Plan, new: Plan, found: Sequence[Difference]) -> Iterable[_Thing]:
    for difference in found:
        section, name = difference.node
        was, now = sides.pair(f"measure__{name}")
        if section == "measures" and (was or now):
            yield _Thing(difference.node, None, queries.changed_members(was, now), (name,))
    results = sides.pair(RESULTS)
    for difference in found:
        section, name = difference.node
        was, now = sides.pair(f"report__{name}")
        if section != "reports" or not (was or now):
            continue
        reports = [plan.reports[name] for plan in (old, new) if name in plan.reports]
        cohorts = tuple({m for plan in (old, new) if name in plan.reports for m in _cohort(plan, plan.reports[name])})
        yield _Thing(difference.node, name, queries.changed_members(was, now), cohorts)
        for indicator in dict.fromkeys(i.about.name for r in reports for i in r.indicators):
            measures = {m for r in reports for i in r.indicators if i.about.name == indicator for m in i.measures()}
            changed = queries.changed_results(*results, name, indicator)
            yield _Thing(("indicators", indicator), name, changed, (*measures, *cohorts))


def _cohort(plan: Plan, report: Report) -> list[str]:
    return [m for name in report.cohorts for _, m in plan.cohorts[name].definitions]


def _measures(plan: Plan, found: Sequence[Difference]) -> list[str]:
    """Return the measures of a plan that differ, and those that the reports that differ ask about."""
    names = [d.node[1] for d in found if d.node[0] == "measures" and d.node[1] in plan.measures]
    for report in (plan.reports[d.node[1]] for d in found if d.node[0] == "reports" and d.node[1] in plan.reports):
        names += [*_cohort(plan, report), *(m for i in report.indicators for m in i.measures())]
    return list(dict.fromkeys(names))


def _subqueries(plan: Plan, measures: Iterable[str]) -> Iterable[Subquery]:
    known: dict[str, Measure] = plan.measures
    for name in sorted(reach_of(known, [m for m in measures if m in known]).measures):
        yield from subqueries_of(known[name].expression)


def _events(sides: Sides, old: Plan, new: Plan, found: Sequence[Difference]) -> dict[str, tuple[Subquery, str]]:
    """Return, for each subquery whose match was built again, the query of the events that differ."""
    answers = {}
    for plan in (old, new):
        for subquery in _subqueries(plan, _measures(plan, found)):
            was, now = sides.pair(match_name(subquery))
            if was != now:
                answers[subquery.key] = (subquery, queries.changed_events(was, now))
    return answers


def _by_change(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["change"], []).append(row)
    return found


def _way(subquery: Subquery, plans: tuple[Plan, Plan], row: dict[str, Any]) -> Way:
    """Return a way; the rule is that of the version in which the event counts."""
    plan = plans[1] if row["what"] == "counts now" else plans[0]
    own = next(
        (s for m in plan.measures.values() for s in subqueries_of(m.expression) if s.key == subquery.key), subquery
    )
    number = int(float(row["rule_number"])) if row["rule_number"] is not None else 0
    rule = ""
    if 0 < number <= len(own.rules):
        rule = _rule_said(own.rules[number - 1], plan.concept_names.get(own.pack, {}))
    concept = None if row["concept_id"] is None else int(float(row["concept_id"]))
    name = subquery.name or f"the rows of target {subquery.target.name} in {subquery.key}"
    return Way(row["change"], name, row["what"], rule, concept, row["concept_name"], int(row["n_keys"]))


def _rule_said(rule: Predicate, names: Names) -> str:
    """Return a rule on one line."""
    if isinstance(rule, AllOf | AnyOf):
        return (" and " if isinstance(rule, AllOf) else " or ").join(_rule_said(part, names) for part in rule.parts)
    return " ".join(line.strip().removeprefix("- ") for line in predicate_words(rule, names))


def _rates(counts: dict[str, list[dict[str, Any]]], thing: _Thing) -> tuple[Any, Any]:
    sides = []
    for side in ("was", "now"):
        rows = [r for r in counts.get(side, []) if (r["report"], r["indicator"]) == (thing.report, thing.node[1])]
        sides.append((int(rows[0]["n_met"]), int(rows[0]["n_eligible"])) if rows else None)
    return sides[0], sides[1]
