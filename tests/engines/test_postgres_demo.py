"""The whole demo on PostgreSQL: every relation that DuckDB has, with the same rows."""

import json
import re
from typing import Any

import marts_page
import psycopg2
import pytest
from compared_relations import comparable, different, names, relations
from dbt_runs import ROOT, Warehouse
from measuremart.cli import app
from page_runs import blocks
from postgres_builds import environment
from typer.testing import CliRunner

SCHEMA = "demo_compared"
BI_PAGE = (ROOT / "docs" / "how-to" / "use-from-bi.md").read_text(encoding="utf-8")

# A smaller instance is the ward of test_trace.py, which is compared whole, too.
pytestmark = [pytest.mark.xdist_group("demo"), pytest.mark.long]


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory, postgres_dsn: str) -> Any:
    """A connection to the database in which dbt built the demo, with every test passed."""
    built = Warehouse(tmp_path_factory.mktemp("postgres"), target="postgres")
    connection = psycopg2.connect(postgres_dsn)
    connection.autocommit = True
    try:
        run = built.dbt("build", **environment(postgres_dsn, SCHEMA))
        assert run.exit_code == 0, run.output
        yield connection
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select nspname from pg_namespace where nspname like %s", [f"{SCHEMA}%"])
            for (schema,) in cursor.fetchall():
                cursor.execute(f"drop schema {schema} cascade")
        connection.close()


def rows_of(connection: Any, sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def test_every_relation_has_the_same_rows(demo: Warehouse, postgres: Any) -> None:
    compared = relations(demo)
    assert len(compared) >= 120
    assert not different(demo, lambda sql: rows_of(postgres, sql), SCHEMA)
    assert sum(len(demo.rows(f"select 1 from {r}")) for r in compared) > 5000


def test_the_two_have_the_same_relations(demo: Warehouse, postgres: Any) -> None:
    assert names(lambda sql: rows_of(postgres, sql), SCHEMA) == set(relations(demo))


@pytest.mark.parametrize("query", marts_page.queries(), ids=lambda query: query.sql.split("\n")[0][:40])
def test_the_queries_of_the_page(demo: Warehouse, postgres: Any, query: marts_page.Query) -> None:
    """The page read-the-marts says where the schemas are on PostgreSQL; its queries have the same rows."""
    there = re.sub(r"\b(marts|reports)\.", rf"{SCHEMA}_\1.", query.sql)
    assert comparable(rows_of(postgres, there)) == comparable(demo.rows(query.sql))


def test_the_role_that_reads_the_marts_only(postgres: Any, postgres_dsn: str) -> None:
    """The role of the page use-from-bi: it reads the marts, new ones too, and nothing else, and it writes nothing."""
    (grants,) = (block.text for block in blocks(BI_PAGE) if block.kind == "sql")
    (query,) = re.findall(r"psql .*\\\n +\"(.*?)\"", BI_PAGE, re.DOTALL)
    (me,) = rows_of(postgres, "select current_user")[0]
    here = {"measuremart_marts": f"{SCHEMA}_marts", "for role measuremart": f'for role "{me}"'}
    for word, ours in here.items():
        assert word in grants
        grants, query = grants.replace(word, ours), query.replace(word, ours)
    try:
        with postgres.cursor() as cursor:
            cursor.execute(grants)
            cursor.execute(f"create table {SCHEMA}_marts.made_later as select 1 as one")
        reader = psycopg2.connect(postgres_dsn, user="report_reader", password="change-me")
        reader.autocommit = True
        try:
            assert len(rows_of(reader, query)) == 22
            assert rows_of(reader, f"select one from {SCHEMA}_marts.made_later") == [(1,)]
            for refused in (
                f"select * from {SCHEMA}_measures.measure__any_cancer_treatment",
                "create temporary table mine (one int)",
            ):
                with pytest.raises(psycopg2.Error, match=r"permission denied for schema|read-only transaction"):
                    rows_of(reader, refused)
        finally:
            reader.close()
    finally:
        with postgres.cursor() as cursor:
            cursor.execute(f"drop table if exists {SCHEMA}_marts.made_later")
            cursor.execute("drop owned by report_reader")
            cursor.execute("drop role report_reader")


def test_the_printed_report_is_the_same(demo: Warehouse, postgres: Any, postgres_dsn: str) -> None:
    """On DuckDB it is read from the file, on PostgreSQL through dbt."""
    said = []
    for target, variables in (("duckdb", demo.environment()), ("postgres", environment(postgres_dsn, SCHEMA))):
        where = ["--project-dir", str(ROOT), "--profiles-dir", str(demo.folder / "profiles"), "--target", target]
        folders = {name: str(demo.folder / name) for name in ("DBT_TARGET_PATH", "DBT_LOG_PATH")}
        options = ["--period", "year", "--format", "json"]
        done = CliRunner().invoke(app, ["report", "lung_mdt", *options, *where], env={**variables, **folders})
        assert done.exit_code == 0, done.output
        said.append(json.loads(done.stdout))
    duckdb, postgresql = said
    assert {row["period"] for row in duckdb["rows"]} == {"2023", "2024", "2025"}
    assert duckdb == postgresql
    assert any(note.startswith("dropped: ") for note in duckdb["notes"])
