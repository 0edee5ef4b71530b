"""A reduced target holds every event that a rule may match (semantics.md 2.9): no answer of the referee changes."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from jinja2 import Environment
from lab import DuckDbEngine, Engine, PostgresEngine
from lab.direct import statement
from lab.models import ROOT
from measuremart.plan.demand import demand_of
from measuremart.plan.nodes import Plan
from measuremart.referee import Referee
from measuremart.render.catalogue import CATALOGUE, catalogue_rows

from property.bench import PACK, Case, Rows, ask_referee, insertion, plan_of, values, world_of
from property.cases import numbered
from property.house import TABLES

SEED = 2907
CASES = 40
CONCEPTS = ROOT / "models" / "core" / "concepts"
SEEDS = ("catalogue_concept", "catalogue_concept_set", "catalogue_target_demand")
Asked = dict[str, set[int | None]]


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    opened: Engine = (
        DuckDbEngine() if request.param == "duckdb" else PostgresEngine(request.getfixturevalue("postgres_dsn"))
    )
    columns = ", ".join(f"{name} bigint" for name in TABLES["concept_ancestor"])
    opened.execute(f"create table concept_ancestor ({columns})")
    opened.execute("create view stg_omop__concept_ancestor as select * from concept_ancestor")
    if opened.name == "postgres":
        opened.release()
    yield opened
    opened.close()


def reduced(case: Case) -> Plan:
    """Return the plan of a case in which every target is reduced by its main concept."""
    targets = {
        name: {**entry, "reduced_by": entry.get("concept", "concept_id")}
        for name, entry in case.definitions["targets"].items()
    }
    definitions = {**case.definitions, "targets": targets}
    planned = plan_of(Case(case.population, definitions, case.rows).text())
    assert planned.is_valid, planned.problems
    return planned.plan


def asked_by(engine: Engine, plan: Plan, rows: Rows) -> Asked:
    """Return by model what the hand-written models of this project list; None stands for everything."""
    seeds = catalogue_rows(plan)
    engine.begin()
    try:
        if rows["concept_ancestor"]:
            engine.execute(insertion("concept_ancestor", rows["concept_ancestor"]))
        for name in SEEDS:
            kinds = {column: {"string": "text"}.get(kind, kind) for column, kind, _ in CATALOGUE[name]}
            engine.execute(f"create temp table {name} ({', '.join(f'{c} {k}' for c, k in kinds.items())})")
            typed: list[dict[str, Any]] = [dict(zip(kinds, row, strict=True)) for row in seeds[name]]
            if typed:
                engine.execute(f"insert into {name} values {', '.join(values(kinds, typed))}")
        for name in ("asked_hierarchy", "concept_set_concept", "asked_concept"):
            engine.execute(f"create temp table {name} as {model(name, engine.name)}")
        found: Asked = defaultdict(set)
        for target, concept in engine.rows("select target_model, concept_id from asked_concept"):
            found[target].add(concept)
        return found
    finally:
        engine.rollback()


def model(name: str, engine: str) -> str:
    text = (CONCEPTS / f"{name}.sql").read_text(encoding="utf-8")
    settings = {"packs": [PACK], "reduce_targets": True}
    environment = Environment(autoescape=False)
    environment.globals |= {"var": lambda key, *_: settings[key], "ref": lambda relation: relation}
    return statement(environment.from_string(text).render(), engine)


def kept(plan: Plan, rows: Rows, asked: Asked) -> Rows:
    """Return the rows, those of targets that the model of a target would keep."""
    columns = {target.model: target.reduced_by for target in plan.targets.values()}
    return {
        table: [r for r in its if table not in columns or is_asked(r[columns[table] or ""], asked[table])]
        for table, its in rows.items()
    }


def is_asked(concept: int | None, asked: set[int | None]) -> bool:
    return None in asked or (concept is not None and concept in asked)


@pytest.mark.parametrize("number", range(CASES))
def test_no_answer_changes(engine: Engine, number: int) -> None:
    case = numbered(SEED, number)
    plan = reduced(case)
    fewer = kept(plan, case.rows, asked_by(engine, plan, case.rows))
    assert ask_referee(plan, fewer) == ask_referee(plan, case.rows)


def test_each_subquery_alone_keeps_its_rows(engine: Engine) -> None:
    """As strict as it gets: the target holds what one subquery asks, and nothing more; in many cases, not all of it."""
    smaller = 0
    for number in range(CASES):
        case = numbered(SEED, number)
        plan = reduced(case)
        referee = Referee(plan, world_of(case.rows))
        for named in plan.subqueries.values():
            subquery, demand = named.subquery, demand_of(named.subquery)
            if demand is None:
                continue
            only = replace(plan, subqueries={subquery.name: named}, measures={})
            fewer = kept(plan, case.rows, asked_by(engine, only, case.rows))
            model_rows = subquery.target.model
            smaller += len(fewer[model_rows]) < len(case.rows[model_rows])
            again = Referee(plan, world_of(fewer))
            assert again.subquery(subquery) == referee.subquery(subquery), (number, subquery.name)
            assert again.dropped(subquery) == referee.dropped(subquery), (number, subquery.name)
    assert smaller > CASES / 4
