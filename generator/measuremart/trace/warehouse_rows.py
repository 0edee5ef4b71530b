"""What is asked of the warehouse about one person, and what it answers as a world for the referee."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from measuremart.plan import nodes
from measuremart.plan.nodes import Column, Plan, Subquery
from measuremart.plan.reach import reach_of, subqueries_of
from measuremart.referee.world import Member, Row, World
from measuremart.render.evidence import evidence_name
from measuremart.render.sql import relation as ref
from measuremart.render.sql import text
from measuremart.warehouse.marts import PERSON, Marts, rows_of_person

Rows = dict[str, list[dict[str, Any]]]
_KEY = "person_id, episode_id, measure_resolver"
_RESULT = (
    "report, cohort_date, status, reason_code, reason, reason_measure, denominator_date, numerator_date, nearest_date, "
    "days_outside, nearest_value"
)
_EVIDENCE = (
    "has_denominator, denominator_date, is_in, window_start, window_end, has_numerator, numerator_date, is_elsewhere, "
    "days_outside"
)
# The kinds of the columns of the marts that are read.
_DAYS = {"cohort_date", "denominator_date", "numerator_date", "nearest_date", "window_start", "window_end"}
_DAYS |= {"measure_date", "as_of"}
_WHOLE = {"person_id", "episode_id", "measure_resolver", "event_id", "days_outside"}
_YES = {"has_denominator", "is_in", "has_numerator", "is_elsewhere"}


@dataclass(frozen=True)
class Found:
    """All that is known of one person.

    `world` holds the person's rows of the targets and of the population; `measures` and `matches` what was built, by
    name and by key; `results` and `evidence` those of the indicator, by report; `names` are of concepts.
    `has_opted_out` is asked only of a person whom the population does not have.
    """

    world: World
    measures: dict[str, set[Member]]
    matches: dict[str, list[Member]]
    results: dict[str, list[dict[str, Any]]]
    evidence: dict[str, list[dict[str, Any]]]
    names: dict[int, str]
    has_opted_out: bool = False


# The rows of a person for each query, by name: what `rows_of_person` answers of a warehouse.
Asking = Callable[[Mapping[str, str], int], Rows]


def found_of(plan: Plan, marts: Marts | Asking, person: int, measures: Iterable[str], asked: dict[str, str]) -> Found:
    """Return what the warehouse holds of a person for some measures, all the way down.

    `asked` is the indicator by report. `marts` may also be what answers queries. Raises `WarehouseError`.
    """
    ask: Asking = partial(rows_of_person, marts) if isinstance(marts, Marts) else marts
    reach = sorted(reach_of(plan.measures, measures).measures)
    subqueries = {s.key: s for name in reach for s in subqueries_of(plan.measures[name].expression)}
    models = _models(plan, reach, subqueries.values())
    built = ask(_queries(models, reach, subqueries, asked), person)
    tables = {
        model: [_typed_row(row, columns) for row in built[f"row {model}"]] for model, (_, columns) in models.items()
    }
    concepts = _concepts(plan, subqueries.values(), tables, models)
    words = ask(_vocabulary(concepts), person) if concepts else {}
    as_of = _day(built["clock"][0]["as_of"])
    assert as_of is not None
    world = World(
        tables,
        {(int(Decimal(r["a"])), int(Decimal(r["d"]))) for r in words.get("below", [])},
        {int(Decimal(r["concept_id"])): r["concept_code"] for r in words.get("concepts", []) if r["concept_code"]},
        as_of,
    )
    return Found(
        world,
        {name: {_member(r) for r in built[f"measure {name}"]} for name in reach},
        {key: [_member(r) for r in built[f"match {key}"]] for key in subqueries},
        {report: [_mart_row(r) for r in built["results"] if r["report"] == report] for report in asked},
        {report: [_mart_row(r) for r in built[f"evidence {report}"]] for report in asked},
        {int(Decimal(r["concept_id"])): r["concept_name"] for r in words.get("concepts", []) if r["concept_name"]},
        _has_opted_out(plan, ask, person, reach, tables),
    )


def _has_opted_out(plan: Plan, ask: Asking, person: int, measures: list[str], tables: dict[str, list[Row]]) -> bool:
    """Say whether a person whom a population does not have has opted out of what the warehouse was built for."""
    names = {plan.measures[m].expression.types.population for m in measures}
    lacking = sorted(name for name in names if not tables[plan.populations[name].person_model])
    if not lacking:
        return False
    listed = ", ".join(text(name) for name in lacking)
    return bool(
        ask({"opt_outs": f"{_of('opted_out_person', 'person_id')} and population in ({listed})"}, person)["opt_outs"]
    )


def columns_asked(subquery: Subquery) -> dict[str, Column]:
    """Return the columns of the target that the subquery's rules ask about, by name."""
    return {c.name: c for predicate in subquery.predicates for c in _columns(predicate)}


def _columns(predicate: nodes.Predicate) -> Iterator[Column]:
    if isinstance(predicate, nodes.AllOf | nodes.AnyOf):
        for part in predicate.parts:
            yield from _columns(part)
    else:
        yield predicate.column


def _models(plan: Plan, reach: list[str], subqueries: Iterable[Subquery]) -> dict[str, tuple[str, dict[str, str]]]:
    """Return the relations that hold the person's rows: the column of the person, and the kinds of columns."""
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for subquery in subqueries:
        target = subquery.target
        kinds = found.setdefault(target.model, (target.person, {}))[1]
        roles = (target.start, target.end, target.supply, target.number, target.unit, target.concept, target.unattached)
        own = (c for c in (*roles, subquery.date, subquery.resolver) if c is not None)
        kinds |= {c.name: c.kind for c in (*own, *columns_asked(subquery).values())}
        kinds |= {name: "id" for name in (target.person, target.event, target.episode) if name is not None}
    for name in {plan.measures[m].expression.types.population for m in reach}:
        population = plan.populations[name]
        kinds = found.setdefault(population.person_model, (population.person_id, {}))[1]
        kinds[population.person_id] = "id"
        kinds |= {population.birth_date: "date"} if population.birth_date else {}
        kinds |= {population.sex: "id"} if population.sex else {}
        if population.spine_model is not None:
            kinds = found.setdefault(population.spine_model, (population.spine_person, {}))[1]
            kinds |= {population.spine_person: "id", population.spine_id: "id", population.spine_start: "date"}
    return found


def _queries(
    models: dict[str, tuple[str, dict[str, str]]], measures: list[str], matches: Iterable[str], asked: dict[str, str]
) -> dict[str, str]:
    found = {"clock": _select("run_context", "as_of")}
    for model, (who, columns) in models.items():
        found[f"row {model}"] = _of(model, ", ".join(columns), who)
    for name in measures:
        found[f"measure {name}"] = _of(f"measure__{name}", f"{_KEY}, measure_date")
    for key in matches:
        found[f"match {key}"] = f"{_of(f'match__{key}', f'{_KEY}, measure_date')} and dropped_reason is null"
    for report, indicator in asked.items():
        found[f"evidence {report}"] = _of(evidence_name(report, indicator), f"{_KEY}, {_EVIDENCE}")
        found["results"] = f"{_of('fct_indicator_result', f'{_KEY}, {_RESULT}')} and indicator = {text(indicator)}"
    return found


def _vocabulary(concepts: set[int]) -> dict[str, str]:
    listed = ", ".join(str(c) for c in sorted(concepts))
    concepts_asked = _select("stg_omop__concept", "concept_id, concept_name, concept_code")
    below = _select("asked_hierarchy", "ancestor_concept_id as a, descendant_concept_id as d")
    return {
        "concepts": f"{concepts_asked} where concept_id in ({listed})",
        "below": f"{below} where descendant_concept_id in ({listed})",
    }


def _concepts(
    plan: Plan, subqueries: Iterable[Subquery], tables: dict[str, list[Row]], models: dict[str, Any]
) -> set[int]:
    """Return the concepts and units on the person's rows, and those whose code a rule asks for."""
    found = set()
    for model, rows in tables.items():
        columns = [name for name, kind in models[model][1].items() if kind in ("concept", "unit")]
        found |= {row[c] for row in rows for c in columns if row[c]}
    for subquery in subqueries:
        for predicate in subquery.predicates:
            found |= {i for part in _flat(predicate) for i in _named(part)}
    return found


def _flat(predicate: nodes.Predicate) -> Iterator[nodes.Predicate]:
    if isinstance(predicate, nodes.AllOf | nodes.AnyOf):
        for part in predicate.parts:
            yield from _flat(part)
    else:
        yield predicate


def _named(predicate: nodes.Predicate) -> tuple[int, ...]:
    """Return the concepts that a condition itself names: a person reads their names, or its code is asked for."""
    match predicate:
        case nodes.ConceptIs(ids=ids):
            return ids
        case nodes.TextMatches(code_of=code) | nodes.CodeMatches(code_of=code) if code is not None:
            return (code,)
    return ()


def _select(relation: str, columns: str) -> str:
    """Return a query of a relation; the names are those of definitions, which are checked."""
    return f"select {columns} from {ref(relation)}"  # noqa: S608


def _of(relation: str, columns: str, who: str = "person_id") -> str:
    return f"{_select(relation, columns)} where {who} = {PERSON}"


def _typed_row(row: dict[str, Any], kinds: dict[str, str]) -> Row:
    return {name: _typed(value, kinds.get(name, "text")) for name, value in row.items()}


def _typed(value: Any, kind: str) -> Any:
    """Return a value as the referee reads it; through dbt all values come as texts."""
    if value is None:
        return None
    match kind:
        case "date":
            return _day(value)
        case "id" | "concept" | "unit":
            return int(Decimal(value))
        case "number":
            return Decimal(value)
        case "flag":
            return _is_yes(value)
    return value


def _day(value: Any) -> dt.date | None:
    if isinstance(value, str):
        return dt.date.fromisoformat(value[:10])
    return value.date() if isinstance(value, dt.datetime) else value


def _is_yes(value: Any) -> bool | None:
    return None if value is None else str(value).lower() in ("true", "t", "1")


def _mart_row(row: dict[str, Any]) -> dict[str, Any]:
    kinds = dict.fromkeys(_DAYS, "date") | dict.fromkeys(_WHOLE, "id") | dict.fromkeys(_YES, "flag")
    kinds["nearest_value"] = "number"
    return {name: _typed(value, kinds.get(name, "text")) for name, value in row.items()}


def _member(row: dict[str, Any]) -> Member:
    typed = _mart_row(row)
    return Member(typed["person_id"], typed["episode_id"], typed["measure_resolver"], typed["measure_date"])
