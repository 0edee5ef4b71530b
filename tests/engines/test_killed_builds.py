"""A build that is killed, wherever it stands: the next one ends with the same relations and rows, and passes its tests.

`make test` kills twice on each engine, `make test-long` and `make fuzz` ten times.
"""

import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import postgres_builds
import psycopg2
import pytest
import yaml
from dbt_runs import Warehouse, scratch_project
from lab.tiers import size
from measuremart.warehouse.dbt import dbt_command

SCHEMA = "killed"
KILLS = size(2, 10)
# Tables, a view between them, a view at the end; each large enough that a kill can meet it while it is written.
MODELS = {
    "person": "select i as person_id, mod(i, 97) as organisation from {{ numbers }}",
    "view_of_person": "{{ config(materialized='view') }} select person_id, organisation from {{ ref('person') }}",
    "by_organisation": "select organisation, count(*) as persons from {{ ref('view_of_person') }} group by organisation",
    "largest": "select max(persons) as persons from {{ ref('by_organisation') }}",
    "shown": "{{ config(materialized='view') }} select organisation, persons from {{ ref('by_organisation') }}",
}
NUMBERS = {
    "duckdb": "(select range as i from range(200000)) as n",
    "postgres": "(select i from generate_series(0, 199999) as s (i)) as n",
}


def write(made: Warehouse) -> None:
    for name, sql in MODELS.items():
        text = sql.replace("{{ numbers }}", NUMBERS[made.target])
        (made.project / "models" / f"{name}.sql").write_text(f"{text}\n")
    tests = {
        "person": "person_id",
        "view_of_person": "person_id",
        "by_organisation": "organisation",
        "shown": "organisation",
    }
    said = [
        {"name": model, "columns": [{"name": column, "data_tests": ["unique", "not_null"]}]}
        for model, column in tests.items()
    ]
    (made.project / "models" / "all.yml").write_text(yaml.safe_dump({"models": said}))


@contextmanager
def asked(made: Warehouse, dsn: str) -> Iterator[Any]:
    """A function from SQL to rows, on either engine."""
    if made.target == "duckdb":
        with duckdb.connect(str(made.database), read_only=True) as opened:
            yield lambda sql: opened.execute(sql).fetchall()
        return
    connection = psycopg2.connect(dsn)
    try:
        with connection.cursor() as cursor:

            def rows(sql: str) -> list[tuple[Any, ...]]:
                cursor.execute(sql)
                return list(cursor.fetchall())

            yield rows
    finally:
        connection.close()


def relations(made: Warehouse, dsn: str) -> dict[tuple[str, str], list[tuple[Any, ...]]]:
    """The rows of every relation of the project's schemas, by name and kind; those that dbt leaves behind are seen, too."""
    schema = "main" if made.target == "duckdb" else SCHEMA
    with asked(made, dsn) as rows:
        found = rows(
            f"select table_name, table_type from information_schema.tables where table_schema like '{schema}%' order by 1"
        )
        return {
            (name, kind): rows(f'select count(*), min(t::text), max(t::text) from {schema}."{name}" as t')
            for name, kind in found
        }


@pytest.mark.parametrize("target", ["duckdb", "postgres"])
def test_the_build_after_a_kill_ends_as_one_that_was_not_killed(target: str, tmp_path: Path, postgres_dsn: str) -> None:
    made = scratch_project(tmp_path, target)
    write(made)
    given = postgres_builds.environment(postgres_dsn, SCHEMA) if target == "postgres" else {}
    with postgres_builds.postgres_schemas(postgres_dsn, SCHEMA):
        assert made.dbt("build", **given).exit_code == 0
        whole = relations(made, postgres_dsn)
        assert {name for name, _ in whole} == set(MODELS)
        command = [dbt_command(), "--quiet", *made.arguments("build")]
        began = time.monotonic()
        assert start(command, made.environment(**given)).wait() == 0
        took = time.monotonic() - began
        chance = random.Random(15)
        killed = 0
        while killed < KILLS:
            process = start(command, made.environment(**given))
            # dbt reads the project in the first part; what comes after it is killed at any point.
            time.sleep(took * chance.uniform(0.4, 1.0))
            killed += process.poll() is None
            process.send_signal(signal.SIGKILL)
            process.wait()
            run = made.dbt("build", **given)
            assert run.exit_code == 0, run.output
            assert set(run.statuses.values()) == {"pass", "success"}
            assert relations(made, postgres_dsn) == whole


def start(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
