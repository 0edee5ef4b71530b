"""A list of opt-outs that cannot be understood: what is said, and that nothing is built. Of the whole project: test_opt_outs."""

import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import psycopg2
import pytest
from dbt_runs import ROOT, Run, staging_project
from page_runs import blocks
from postgres_builds import environment

SECRET = "Zaphod"
BAD = [
    ("ompo", "1", "audit", "2026-06-30"),
    ("omop", "2", "audit", "30/06/2026"),
    ("omop", f"{SECRET}-3", "audit", None),
    (None, "4", "any", None),
    ("omop", "", "any", None),
    (" OMOP ", " 5 ", "any", "2026-06-30"),  # understood
    ("epilepsy12", f"{SECRET}-6", "any", None),  # children of the audit have ids of any text
]
SAID = [
    "1 of 7 rows name no population",
    "1 of 7 rows name a population that no definition has (known: epilepsy12, omop)",
    "1 of 7 rows name no person in person_id",
    "1 of 7 rows have a person_id that is not a whole number",
    "1 of 7 rows have an opted_out_on that is not a day such as 2026-06-30",
]
COLUMNS = "(population varchar(40), person_id varchar(40), purpose varchar(40), opted_out_on varchar(40))"
Built = tuple[Callable[..., Run], Callable[..., Any], Callable[[], set[str]]]


@pytest.fixture(params=["duckdb", "postgres"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Built]:
    """(dbt, execute, names of the relations built) of staging over the demo's persons, with a list of opt-outs."""
    prefix = f"optout_{uuid.uuid4().hex[:8]}"
    warehouse = staging_project(tmp_path, request.param, "person")
    warehouse.is_logged = True
    (warehouse.project / "models" / "demo__person.sql").write_text(
        "select 1 as person_id, 1960 as year_of_birth, 1 as month_of_birth, 1 as day_of_birth, cast(null as date) as "
        "birth_datetime, 8507 as gender_concept_id, 0 as race_concept_id, 0 as ethnicity_concept_id, 1 as care_site_id, "
        "1 as provider_id, 1 as location_id"
    )
    (warehouse.project / "models" / "a_mart.sql").write_text("select person_id from {{ ref('stg_omop__person') }}")
    variables = {"opt_out_table": "opt_out", "opt_out_schema": f"{prefix}_list"}
    own: dict[str, str] = {}
    execute: Callable[..., Any]
    if request.param == "duckdb":

        def execute(sql: str, values: Any = None) -> Any:
            with duckdb.connect(str(warehouse.database)) as connection:
                return connection.execute(sql.replace("%s", "?"), values).fetchall()
    else:
        dsn = request.getfixturevalue("postgres_dsn")
        own = environment(dsn, prefix)
        connection = psycopg2.connect(dsn)
        connection.autocommit = True

        def execute(sql: str, values: Any = None) -> Any:
            with connection.cursor() as cursor:
                cursor.execute(sql, values)
                return cursor.fetchall() if cursor.description else []

    execute(f"create schema {prefix}_list")
    execute(f"create table {prefix}_list.opt_out {COLUMNS}")

    def write(rows: list[tuple[str | None, ...]]) -> None:
        execute(f"delete from {prefix}_list.opt_out")
        for row in rows:
            execute(f"insert into {prefix}_list.opt_out values (%s, %s, %s, %s)", list(row))

    def built() -> set[str]:
        found = execute("select table_schema, table_name from information_schema.tables")
        ours = ("main", "staging", "reference", prefix, f"{prefix}_staging", f"{prefix}_reference")
        return {name for schema, name in found if schema in ours}

    def dbt(command: str) -> Run:
        return warehouse.dbt(command, variables=variables, **own)

    yield dbt, write, built
    if request.param == "postgres":
        for (schema,) in execute(f"select nspname from pg_namespace where nspname like '{prefix}%%'"):
            execute(f"drop schema {schema} cascade")
        connection.close()


def test_what_is_said_is_what_the_page_says(project: Built) -> None:
    """docs/how-to/honour-opt-outs.md: a list of twelve rows, one with a population that nobody has."""
    dbt, write, built = project
    page = blocks((ROOT / "docs" / "how-to" / "honour-opt-outs.md").read_text(encoding="utf-8"))
    (shown,) = [block.text for block in page if block.kind == "text"]
    write([("ompo", "1", "audit", None), *[("omop", str(person), "audit", None) for person in range(2, 13)]])
    run = dbt("run")
    said = re.sub(r"optout_\w+_list", "consent", " ".join(run.output.split()))
    assert " ".join(shown.split()) in said
    assert built() == set()


def test_nothing_is_built_until_the_list_is_understood(project: Built) -> None:
    dbt, write, built = project
    write(BAD)
    run = dbt("run")
    assert run.exit_code != 0
    assert all(said in run.output for said in SAID), run.output
    logs = [file.read_text() for file in (run.target.parent / "logs").iterdir()]
    assert any(logs)
    assert not any(SECRET in text for text in (run.output, *logs))
    assert built() == set()
    write([row for row in BAD if row[0] in (" OMOP ", "epilepsy12")])
    run = dbt("build")
    assert run.exit_code == 0, run.output
    assert built() >= {"opted_out_person", "stg_omop__person", "a_mart"}
