"""`dbt source freshness` over OMOP tables in a schema: the latest day that is not in the future, against a limit in days."""

import json
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest
import yaml
from dbt_runs import ROOT, Warehouse
from postgres_builds import environment, postgres_schemas

SOURCES = ROOT / "models" / "core" / "staging" / "omop" / "_sources.yml"
TABLES = {
    table["name"]: table["config"]["loaded_at_field"].removeprefix("to_day(").removesuffix(")")
    for table in yaml.safe_load(SOURCES.read_text())["sources"][0]["tables"]
    if "config" in table
}
SECRET = "Trillian"
DEFAULTS = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]


def created(today: str) -> Iterator[str]:
    """Statements that make every table with a day a year ago, a day ahead and none; measurement has one of yesterday.

    One holds its days as texts, one of which is no day, and one as whole numbers.
    """
    yield "create schema omop_to_watch"
    for table, column in TABLES.items():
        yield f"create table omop_to_watch.{table} ({column} date)"
        if table in ("condition_occurrence", "drug_exposure"):
            continue
        near = 1 if table == "measurement" else 365
        yield f"insert into omop_to_watch.{table} values (cast('{today}' as date) - {near}), (null)"
        if table != "cdm_source":
            yield f"insert into omop_to_watch.{table} values (cast('{today}' as date) + 400)"
    day, last_year = TABLES["condition_occurrence"], int(today[:4]) - 1
    yield f"alter table omop_to_watch.condition_occurrence alter column {day} type text"
    yield f"insert into omop_to_watch.condition_occurrence values ('{SECRET}'), ('{last_year}-02-28')"
    yield "drop table omop_to_watch.drug_exposure"
    yield f"create table omop_to_watch.drug_exposure ({TABLES['drug_exposure']} bigint)"
    yield f"insert into omop_to_watch.drug_exposure values ({last_year}0228), (7), (99990101)"


@pytest.fixture(params=["duckdb", "postgres"])
def freshness(request: pytest.FixtureRequest, scratch: Warehouse) -> Iterator[Callable[..., Any]]:
    """A function that runs `dbt source freshness` and returns the status of each table."""
    shutil.copy(SOURCES, scratch.project / "models")
    scratch.target = request.param
    given: dict[str, str] = {}

    def statuses(**variables: Any) -> dict[str, str]:
        settings = {"omop_source": "schema", "omop_schema": "omop_to_watch"}
        run = scratch.dbt("source", "freshness", variables=DEFAULTS | settings | variables, **given)
        assert SECRET not in run.output
        found = json.loads((run.target / "sources.json").read_text())["results"]
        return {result["unique_id"].rsplit(".", 1)[1]: result["status"] for result in found}

    with duckdb.connect() as connection:
        (today,) = connection.execute("select cast(current_date as varchar)").fetchall()[0]
    if request.param == "duckdb":
        with duckdb.connect(str(scratch.database)) as connection:
            for statement in created(today):
                connection.execute(statement)
        yield statuses
        return
    dsn = request.getfixturevalue("postgres_dsn")
    with postgres_schemas(dsn, "omop_to_watch") as rows:
        given.update(environment(dsn, "watching"))
        for statement in created(today):
            rows(statement)
        yield statuses


def test_a_table_is_as_fresh_as_its_latest_day_that_is_not_ahead(freshness: Callable[..., Any]) -> None:
    assert len(TABLES) == 10
    assert freshness() == dict.fromkeys(TABLES, "warn") | {"measurement": "pass"}
    assert freshness(stale_after_days=800) == dict.fromkeys(TABLES, "pass")
