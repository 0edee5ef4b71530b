"""Cells that no type can hold, repeated persons and persons without an id: the build goes on, and no log shows a value."""

import csv
import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from dbt_runs import Run, Warehouse
from postgres_builds import environment
from test_staging import ABSENT, ROWS, source_columns

SECRET = "Zaphod"
TABLES = ("person", "condition_occurrence", "measurement")
DIRTY: dict[str, list[dict[str, str]]] = {
    "person": [
        {"person_id": "1", "year_of_birth": "1970", "gender_concept_id": "8507"},
        {"person_id": "1", "year_of_birth": "1960", "gender_concept_id": "8532", "birth_datetime": "1960-01-01 00:00"},
        {"person_id": "1", "gender_concept_id": "8521"},
        {"person_id": "2", "birth_datetime": f"{SECRET}, in May", "year_of_birth": "1980", "gender_concept_id": "0"},
        {"person_id": "2", "year_of_birth": "1980", "gender_concept_id": "8507"},
        {"person_id": f"{SECRET}-3", "year_of_birth": "1990"},
        {"year_of_birth": "1990"},
    ],
    "condition_occurrence": [
        {"condition_occurrence_id": "11", "person_id": "1", "condition_start_date": "2023-02-30"},
        {"condition_occurrence_id": "12", "person_id": "1", "condition_start_date": f"{SECRET} phoned"},
        {"condition_occurrence_id": "13", "person_id": "1", "condition_start_date": "infinity"},
        {"condition_occurrence_id": "14", "person_id": "1", "condition_start_date": "20230228"},
        # The time is unreadable, the day beside it is not.
        {
            "condition_occurrence_id": "15",
            "person_id": "1",
            "condition_start_date": "2023-03-01",
            "condition_start_datetime": f"{SECRET} 09:00",
        },
        {
            "condition_occurrence_id": "16",
            "person_id": "1",
            "condition_start_date": "2023-03-02",
            "condition_start_datetime": "2023-03-02 09:00",
            "condition_concept_id": f"ICD of {SECRET}",
            "condition_end_date": "9999-12-31",
        },
    ],
    "measurement": [
        {"measurement_id": "21", "person_id": "1", "value_as_number": f"{SECRET} refused"},
        {"measurement_id": "22", "person_id": "1", "value_as_number": "7.5"},
    ],
}
SELECT = ["--selector", "input"]
VARIABLES = {"packs": [], "absent_tables": sorted({*ROWS, *ABSENT} - set(TABLES))}


def records(table: str) -> Iterator[list[str | None]]:
    for row in DIRTY[table]:
        yield [row.get(column) for column in source_columns(table)]


class Built:
    """The rows of one engine's build, and what dbt said."""

    def __init__(self, warehouse: Warehouse, run: Run) -> None:
        self.warehouse, self.run = warehouse, run

    def rows(self, schema: str, query: str) -> list[tuple[Any, ...]]:
        return self.warehouse.rows(query.format(schema=schema))


class BuiltOnPostgres(Built):
    connection: Any
    prefix: str

    def rows(self, schema: str, query: str) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(query.format(schema=f"{self.prefix}_{schema}"))
            return list(cursor.fetchall())


def built_from_csv(warehouse: Warehouse) -> Built:
    folder = warehouse.folder / "files"
    folder.mkdir()
    for table in TABLES:
        with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([source_columns(table), *records(table)])
    source = {"omop_source": "files", "omop_files": str(folder), "omop_files_format": "csv"}
    return Built(warehouse, warehouse.dbt("build", *SELECT, variables=VARIABLES | source))


def built_on_postgres(warehouse: Warehouse, dsn: str) -> BuiltOnPostgres:
    warehouse.target = "postgres"
    prefix = f"dirty_{uuid.uuid4().hex[:8]}"
    connection = psycopg2.connect(dsn)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"create schema {prefix}_source")
        for table in TABLES:
            columns = source_columns(table)
            cursor.execute(f"create table {prefix}_source.{table} ({', '.join(f'{c} text' for c in columns)})")
            for record in records(table):
                cursor.execute(
                    f"insert into {prefix}_source.{table} values ({', '.join(['%s'] * len(columns))})", record
                )
    run = warehouse.dbt(
        "build",
        *SELECT,
        variables=VARIABLES | {"omop_source": "schema", "omop_schema": f"{prefix}_source"},
        **environment(dsn, prefix),
    )
    built = BuiltOnPostgres(warehouse, run)
    built.connection, built.prefix = connection, prefix
    return built


@pytest.fixture(scope="module", params=["csv", "postgres"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    warehouse = Warehouse(tmp_path_factory.mktemp(request.param), is_logged=True)
    if request.param == "csv":
        yield built_from_csv(warehouse)
        return
    dirty = built_on_postgres(warehouse, request.getfixturevalue("postgres_dsn"))
    yield dirty
    with dirty.connection.cursor() as cursor:
        cursor.execute("select nspname from pg_namespace where nspname like %s", [f"{dirty.prefix}%"])
        for (schema,) in cursor.fetchall():
            cursor.execute(f"drop schema {schema} cascade")
    dirty.connection.close()


def test_the_build_is_green_and_says_nothing_of_a_patient(built: Built) -> None:
    assert built.run.exit_code == 0, built.run.output
    logs = [p.read_text(encoding="utf-8") for p in Path(built.warehouse.folder / "logs").iterdir()]
    assert logs
    assert not any(SECRET in said for said in (built.run.output, *logs))


def test_what_cannot_be_read_is_null(built: Built) -> None:
    assert built.rows(
        "targets", "select event_id, start_date, end_date, concept_id from {schema}.target__condition order by event_id"
    ) == [
        (11, None, None, None),
        (12, None, None, None),
        (13, None, None, None),
        (14, date(2023, 2, 28), None, None),
        (15, date(2023, 3, 1), None, None),
        (16, date(2023, 3, 2), date(9999, 12, 31), None),
    ]
    numbers = "select event_id, cast(value_number as varchar) from {schema}.target__measurement order by event_id"
    assert built.rows("targets", numbers) == [(21, None), (22, "7.5000000000")]


def test_a_person_stands_once(built: Built) -> None:
    """The earliest known birth date wins, then a known sex before an unknown one."""
    people = "select person_id, birth_date, gender_concept_id from {schema}.stg_omop__person order by person_id"
    assert built.rows("staging", people) == [(1, date(1960, 1, 1), 8532), (2, date(1980, 1, 1), 8507)]
    assert built.run.statuses["row_key_stg_omop__person_person_id"] == "pass"
    assert built.run.statuses["person_rows"] == "warn"
    # Two rows have no readable id, three repeat a person.
    assert "Got 5 results, configured to warn" in built.run.output


def test_cells_that_are_read_as_null_are_counted(built: Built) -> None:
    assert built.run.statuses["unreadable_omop_cells"] == "warn"
    (compiled,) = built.run.target.rglob("compiled/**/unreadable_omop_cells.sql")
    said = compiled.read_text().replace("{", "{{").replace("}", "}}")
    assert sorted(built.rows("staging", said)) == [
        ("condition_occurrence", "condition_concept_id", 1),
        ("condition_occurrence", "condition_start_date", 3),
        ("condition_occurrence", "condition_start_datetime", 1),
        ("measurement", "value_as_number", 1),
        ("person", "birth_datetime", 1),
        ("person", "person_id", 1),
    ]
