"""The Epilepsy12 pack on PostgreSQL: the demo as a whole, and children in tables of a schema of their own."""

import csv
import datetime as dt
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hand_epilepsy12 as hand
import psycopg2
import pytest
from dbt_runs import Warehouse
from epilepsy12_cases import CASES, rows_of
from psycopg2.extensions import parse_dsn

from benchmarks.synthetic_epilepsy12.__main__ import DEMO_FOLDER, DEMO_PREFIX, write
from benchmarks.synthetic_epilepsy12.tables import COLUMNS

SCHEMA, SOURCE = "epilepsy12_test", "epilepsy12_test_source"
AS_OF = dt.date(2026, 6, 30)


@pytest.fixture
def postgres(postgres_dsn: str) -> Iterator[tuple[Any, dict[str, str]]]:
    """A connection, and the environment in which dbt reaches the same database; what it built is removed again."""
    at = parse_dsn(postgres_dsn)
    connection = psycopg2.connect(postgres_dsn)
    connection.autocommit = True
    try:
        yield (
            connection,
            {
                "MEASUREMART_POSTGRES_HOST": at.get("host", "127.0.0.1"),
                "MEASUREMART_POSTGRES_PORT": at.get("port", "5432"),
                "MEASUREMART_POSTGRES_USER": at.get("user", os.environ.get("USER", "postgres")),
                "MEASUREMART_POSTGRES_PASSWORD": at.get("password", ""),
                "MEASUREMART_POSTGRES_DATABASE": at.get("dbname", "postgres"),
                "MEASUREMART_POSTGRES_SCHEMA": SCHEMA,
            },
        )
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select nspname from pg_namespace where nspname like %s", [f"{SCHEMA}%"])
            for (schema,) in cursor.fetchall():
                cursor.execute(f"drop schema {schema} cascade")
        connection.close()


def rows_in(connection: Any, sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def compare(connection: Any, folder: Path, prefix: str = "") -> None:
    """Both exports agree with the rules in plain Python."""
    children = hand.read(folder, AS_OF, prefix)
    scores = {
        r[:2]: r[2] for r in rows_in(connection, f"select child_id, kpi, status from {SCHEMA}_exports.kpi_scores")
    }
    assert scores == hand.kpi_scores(children)
    counted = rows_in(
        connection,
        "select level, code, cohort, kpi, passed, total_eligible, ineligible, incomplete "
        f"from {SCHEMA}_exports.kpi_aggregates where passed + total_eligible + ineligible + incomplete > 0",
    )
    assert {r[:4]: r[4:] for r in counted} == hand.kpi_aggregates(folder, children, AS_OF, prefix=prefix)
    assert len(scores) > 5000
    assert len(counted) > 1000


@pytest.mark.long
def test_the_demo(postgres: Any, tmp_path: Path) -> None:
    connection, environment = postgres
    run = Warehouse(tmp_path, target="postgres").dbt("build", variables={"packs": ["epilepsy12"]}, **environment)
    assert run.exit_code == 0, run.output
    compare(connection, DEMO_FOLDER, DEMO_PREFIX)


def test_tables_of_a_schema(postgres: Any, tmp_path: Path) -> None:
    connection, environment = postgres
    folder = tmp_path / "source"
    write(300, 5, folder, as_of=AS_OF, prefix="a_")  # with a prefix medicines say in which order they were entered
    entered = 1_000_000
    for table, columns in COLUMNS.items():
        names = [*columns, "entry_order"] if table == "medicines" else list(columns)
        with (folder / f"a_{table}.csv").open("a", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, lineterminator="\n")
            for number, (_, _, differs) in enumerate(CASES):
                for row in rows_of(f"case-{number}", differs).get(table, []):
                    entered += 1
                    writer.writerow(row | ({"entry_order": str(entered)} if table == "medicines" else {}))
    with connection.cursor() as cursor:
        cursor.execute(f"create schema {SOURCE}")
        for table in COLUMNS:
            path = folder / f"a_{table}.csv"
            names = path.read_text(encoding="utf-8").split("\n", 1)[0].split(",")
            cursor.execute(f"create table {SOURCE}.{table} ({', '.join(f'{n} text' for n in names)})")
            with path.open(encoding="utf-8") as file:
                cursor.copy_expert(f"copy {SOURCE}.{table} from stdin (format csv, header)", file)
    variables = {"packs": ["epilepsy12"], "e12_source": "schema", "e12_schema": SOURCE, "as_of": AS_OF.isoformat()}
    built = Warehouse(tmp_path, target="postgres")
    run = built.dbt("build", "--select", "+kpi_scores", "+kpi_aggregates", variables=variables, **environment)
    assert run.exit_code == 0, run.output
    compare(connection, folder, "a_")
    (number,) = rows_in(
        connection, f"select person_id from {SCHEMA}_episodes.epilepsy12_child where child_id = 'case-3'"
    )[0]
    assert number == -1 - int(hashlib.md5(b"case-3").hexdigest()[:15], 16)
