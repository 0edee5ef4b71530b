"""A source that staging would read wrongly stops the build, with table, column and remedy; no cell is printed."""

import csv
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import psycopg2
import pytest
import yaml
from dbt_runs import ROOT, Run, staging_project
from page_runs import blocks
from postgres_builds import environment
from test_staging import ABSENT, ROWS, source_columns

TABLES = ("person", "condition_occurrence")
SECRET = "b7c1"  # begins every text id
Tables = dict[str, tuple[list[tuple[str, str]], list[dict[str, Any]]]]


def tables(person_id: str = "bigint", **changed: Any) -> Tables:
    """Two persons and two conditions; every column of the CDM is there, of type text but for ids and days."""

    def kind(column: str) -> str:
        return (
            person_id
            if column == "person_id"
            else "date"
            if column.endswith("_date")
            else "bigint"
            if "id" in column
            else "text"
        )

    columns = {table: [(column, kind(column)) for column in source_columns(table)] for table in TABLES}
    ids = changed.get("ids", [1, 2])
    persons = [{"person_id": ids[0], "year_of_birth": "1960"}, {"person_id": ids[1], "year_of_birth": "1970"}]
    conditions = [
        {
            "condition_occurrence_id": number,
            "person_id": one,
            "condition_concept_id": 211100001,
            "condition_start_date": "2024-01-01",
        }
        for number, one in enumerate(ids)
    ]
    return {
        "person": (columns["person"], persons),
        "condition_occurrence": (columns["condition_occurrence"], conditions),
    }


Written = Callable[..., Run]


@pytest.fixture
def postgres(postgres_dsn: str, tmp_path: Path) -> Iterator[tuple[Written, Any]]:
    """(write tables and run staging over them, rows of the built schemas) on PostgreSQL."""
    prefix = f"guard_{uuid.uuid4().hex[:8]}"
    connection = psycopg2.connect(postgres_dsn)
    connection.autocommit = True
    cursor = connection.cursor()
    warehouse = staging_project(tmp_path, "postgres")

    def run(given: Tables, spell: Callable[[str], str] = str.lower, **variables: Any) -> Run:
        if given:  # else those of the run before
            cursor.execute(f"drop schema if exists {prefix}_source cascade")
            cursor.execute(f"create schema {prefix}_source")
        for table, (columns, rows) in given.items():
            declared = ", ".join(f'"{spell(column)}" {kind}' for column, kind in columns)
            cursor.execute(f'create table {prefix}_source."{spell(table)}" ({declared})')
            for row in rows:
                names = ", ".join(f'"{spell(column)}"' for column in row)
                marks = ", ".join(["%s"] * len(row))
                cursor.execute(
                    f'insert into {prefix}_source."{spell(table)}" ({names}) values ({marks})', list(row.values())
                )
        at = variables.pop("omop_schema", "source")
        source = {"omop_source": "schema", "omop_schema": f"{prefix}_{at}" if at in ("source", "omop") else at}
        absent = {"absent_tables": sorted({*ROWS, *ABSENT} - set(TABLES))}
        return warehouse.dbt("run", variables={**source, **absent, **variables}, **environment(postgres_dsn, prefix))

    def rows(sql: str) -> list[tuple[Any, ...]]:
        cursor.execute(re.sub(r"\b(staging|source|crosswalk|omop)(?=[.;])", rf"{prefix}_\1", sql))
        return list(cursor.fetchall()) if cursor.description else []

    yield run, rows
    cursor.execute("select nspname from pg_namespace where nspname like %s", [f"{prefix}%"])
    for (schema,) in cursor.fetchall():
        cursor.execute(f"drop schema {schema} cascade")
    connection.close()


def test_quoted_capitals(postgres: tuple[Written, Any]) -> None:
    run, rows = postgres
    done = run(tables(), str.upper)
    assert done.exit_code != 0
    assert "has a table PERSON, not person: set omop_source_case: upper" in done.output
    assert "absent_tables" not in done.output
    done = run(tables(), str.upper, omop_source_case="upper")
    assert done.exit_code == 0, done.output
    assert rows(
        "select person_id, condition_start_date::text from staging.stg_omop__condition_occurrence order by 1"
    ) == [
        (1, "2024-01-01"),
        (2, "2024-01-01"),
    ]
    done = run(tables(), str.lower, omop_source_case="upper")
    assert "has a table person, not PERSON: set omop_source_case: lower" in done.output


def test_what_is_missing_is_named(postgres: tuple[Written, Any]) -> None:
    run, _ = postgres
    given = tables()
    del given["condition_occurrence"]
    assert (
        "has no table condition_occurrence: correct omop_schema; if the source lacks it, add it to absent_tables"
        in run(given).output
    )
    given = tables()
    given["person"] = ([one for one in given["person"][0] if one[0] != "location_id"], given["person"][1])
    done = run(given)
    assert (
        "_source.person has no column location_id. Add it under that name, or add to the variable absent_columns "
        "what the source lacks: [person.location_id]; the columns are then null" in done.output
    )
    assert (
        "schema nowhere holds no table, or is not there: correct omop_schema"
        in run(tables(), omop_schema="nowhere").output
    )


@pytest.mark.parametrize("kind", ["uuid", "text"])
def test_ids_of_another_type_stop(postgres: tuple[Written, Any], kind: str) -> None:
    run, _ = postgres
    ids = [f"{SECRET}f1de-0000-4000-8000-00000000000{n}" for n in (1, 2)]
    done = run(tables(kind, ids=ids))
    assert done.exit_code != 0
    assert done.statuses["stg_omop__person"] == done.statuses["stg_omop__condition_occurrence"] == "error"
    for table in TABLES:
        assert f"table {table}: no value of person_id (2 values) is a whole number" in done.output
    assert "docs/how-to/use-text-ids.md" in done.output
    logs = [file.read_text() for file in (done.target.parent / "logs").iterdir()]
    assert not any(SECRET in text for text in (done.output, *logs))


def test_the_page_of_ids_that_are_texts(postgres: tuple[Written, Any]) -> None:
    """docs/how-to/use-text-ids.md: what the build says, the crosswalk, the views, and a build through them."""
    run, rows = postgres
    page = blocks((ROOT / "docs" / "how-to" / "use-text-ids.md").read_text(encoding="utf-8"))
    assert [block.kind for block in page] == ["text", "sql", "sql", "sql", "yaml"]
    given = tables("uuid", ids=[f"{SECRET}f1de-0000-4000-8000-{number:012}" for number in range(474)])
    assert page[0].text.strip() in run(given).output
    (read,) = re.findall(r"create view omop\.person as\nselect (.*) -- and", page[3].text)
    kept = {"person_id", *re.findall(r"\w\.(\w+)", page[3].text)}
    assert "year_of_birth" in read
    for block in page[1:4]:
        rows(block.text)
    numbers = dict(rows("select person_text, person_id from crosswalk.person"))
    assert len(numbers) == 2
    lacking = [f"{table}.{name}" for table in TABLES for name, _ in given[table][0] if name not in kept]
    assert yaml.safe_load(page[4].text) == {"omop_source": "schema", "omop_schema": "omop"}
    done = run({}, omop_schema="omop", absent_columns=lacking)
    assert done.exit_code == 0, done.output
    births = "select person_id, cast(extract(year from birth_date) as int) from staging.stg_omop__person"
    by_hand = {numbers[row["person_id"]]: int(row["year_of_birth"]) for row in given["person"][1]}
    assert dict(rows(births)) == by_hand
    staged = "select condition_occurrence_id, person_id from staging.stg_omop__condition_occurrence"
    # the 472 others are of no person of the table: the views leave them out
    assert dict(rows(staged)) == {
        0: numbers[given["person"][1][0]["person_id"]],
        1: numbers[given["person"][1][1]["person_id"]],
    }
    # a second time, nobody's number changes
    rows(page[2].text)
    assert dict(rows("select person_text, person_id from crosswalk.person")) == numbers


def test_some_unreadable_ids_and_repeats_are_said(postgres: tuple[Written, Any]) -> None:
    run, rows = postgres
    given = tables("text", ids=["1", f"{SECRET}"])
    given["person"][1].append({"person_id": "1", "year_of_birth": "1961"})
    done = run(given)
    assert done.exit_code == 0, done.output
    assert "table person: 1 of 3 rows repeat a person" in done.output
    assert "table person: 1 of 3 rows have no id that can be read" in done.output
    assert SECRET not in done.output
    assert rows("select person_id from staging.stg_omop__person") == [(1,)]


def test_files(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    variables = {
        "omop_source": "files",
        "omop_files": str(folder),
        "omop_files_format": "csv",
        "absent_tables": sorted({*ROWS, *ABSENT} - set(TABLES)),
    }
    given = tables(ids=[f"{SECRET}-1", f"{SECRET}-2"])
    for table, (columns, rows) in given.items():
        with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, [name for name, _ in columns])
            writer.writeheader()
            writer.writerows(rows)
    warehouse = staging_project(tmp_path, "duckdb")
    done = warehouse.dbt("run", variables=variables)
    assert "table condition_occurrence: no value of person_id (2 values) is a whole number" in done.output
    assert SECRET not in done.output
    (folder / "condition_occurrence.csv").unlink()
    done = warehouse.dbt("run", variables=variables)
    assert (
        f"{folder}/condition_occurrence.csv is not there. Put the file of the table condition_occurrence there"
        in done.output
    )
    with duckdb.connect(str(warehouse.database), read_only=True) as connection:
        made = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'staging'"
        ).fetchall()
    assert {name for (name,) in made} == {"stg_consent__opt_out", "opted_out_person"}
