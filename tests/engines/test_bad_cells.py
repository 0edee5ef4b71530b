"""Cells that no type can hold, lines that cannot be read, repeated persons and persons without an id.

What is left is built, what is left out is counted, and no log, error or artifact shows a value.
"""

import uuid
from collections.abc import Iterator
from datetime import date
from typing import Any

import bad_folder
import duckdb
import psycopg2
import pytest
from bad_folder import SECRET, measuremart, variables_of, with_pack
from dbt_runs import Run, Warehouse
from postgres_builds import environment
from test_staging import ABSENT, ROWS, source_columns

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
VARIABLES = {"packs": [], "reduce_targets": False, "absent_tables": sorted({*ROWS, *ABSENT} - set(TABLES))}
FINDINGS = ["unreadable_omop_cells", "unreadable_omop_days", "dates_and_datetimes_agree"]
STORED = "dbt_test__audit"  # where --store-failures puts the rows that a test finds


def records(table: str) -> Iterator[list[str | None]]:
    for row in DIRTY[table]:
        yield [row.get(column) for column in source_columns(table)]


class Built:
    """The rows of one engine's build, and what dbt said."""

    def __init__(self, warehouse: Warehouse, run: Run) -> None:
        self.warehouse, self.run = warehouse, run
        self.statuses = run.statuses

    def rows(self, schema: str, query: str) -> list[tuple[Any, ...]]:
        return self.warehouse.rows(query.format(schema=schema))


class BuiltOnPostgres(Built):
    connection: Any
    prefix: str

    def rows(self, schema: str, query: str) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(query.format(schema=f"{self.prefix}_{schema}"))
            return list(cursor.fetchall())


class BuiltFromCsv(Built):
    """`run` is dbt's build; what each command printed, and what dbt said to it, is `said`."""

    said: dict[str, str]
    tested: Run


def built_from_csv(warehouse: Warehouse) -> BuiltFromCsv:
    """Build the rows as files of a folder that has every other bad cell and line; then run the tests of cells, and report.

    A build with a bad line skips those tests: the files are mended first.
    """
    with_pack(warehouse)
    variables = variables_of(warehouse.folder / "files", DIRTY)
    run, printed = measuremart(warehouse, variables, "build", *bad_folder.SELECT, "--store-failures")
    built = BuiltFromCsv(warehouse, run)
    built.statuses = run.statuses
    built.tested = warehouse.dbt("test", "--select", *FINDINGS, "--store-failures", variables=variables)
    built.statuses |= built.tested.statuses
    heard, reported = measuremart(warehouse, variables, "report", "dirt")
    assert heard.exit_code == 0, reported
    built.said = {"build": printed, "dbt build": run.output, "dbt test": built.tested.output}
    built.said |= {"report": reported, "dbt show": heard.output}
    return built


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


@pytest.fixture(scope="module")
def from_csv(tmp_path_factory: pytest.TempPathFactory) -> BuiltFromCsv:
    return built_from_csv(Warehouse(tmp_path_factory.mktemp("csv"), is_logged=True))


@pytest.fixture(scope="module", params=["csv", "postgres"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    if request.param == "csv":
        yield request.getfixturevalue("from_csv")
        return
    warehouse = Warehouse(tmp_path_factory.mktemp(request.param), is_logged=True)
    dirty = built_on_postgres(warehouse, request.getfixturevalue("postgres_dsn"))
    assert dirty.run.exit_code == 0, dirty.run.output
    yield dirty
    with dirty.connection.cursor() as cursor:
        cursor.execute("select nspname from pg_namespace where nspname like %s", [f"{dirty.prefix}%"])
        for (schema,) in cursor.fetchall():
            cursor.execute(f"drop schema {schema} cascade")
    dirty.connection.close()


def test_nothing_that_is_said_or_written_shows_a_cell(built: Built) -> None:
    """Not the screen, the logs, the compiled statements or dbt's artifacts: all files but the source and the database."""
    folder = built.warehouse.folder
    kept = [folder / "files", built.warehouse.database]
    files = [
        path
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink() and not any(str(path).startswith(str(one)) for one in kept)
    ]
    assert {"dbt.log", "manifest.json", "run_results.json", "unreadable_omop_cells.sql"} <= {
        path.name for path in files
    }
    said = {str(path): path.read_bytes() for path in files}
    said |= {name: text.encode() for name, text in getattr(built, "said", {"dbt": built.run.output}).items()}
    assert {
        (name, mark) for mark in bad_folder.MARKERS for name, text in said.items() if mark.encode() in text
    } == set()


def test_no_table_but_those_of_the_files_holds_a_bad_cell(from_csv: BuiltFromCsv) -> None:
    """Not even those of failures that tests store; the texts of text columns stand in staging and in the targets too."""
    holding: dict[str, set[str]] = {}
    with duckdb.connect(str(from_csv.warehouse.database), read_only=True) as connection:
        tables = connection.execute("select table_schema, table_name from information_schema.tables").fetchall()
        for schema, table in tables:
            rows = str(connection.execute(f'select * from "{schema}"."{table}"').fetchall())
            holding.setdefault(schema, set()).update(mark for mark in bad_folder.MARKERS if mark in rows)
    assert holding.pop("files") >= {SECRET, *bad_folder.BAD_DAYS, *bad_folder.BAD_NUMBERS}
    assert (holding.pop("staging"), holding.pop("targets")) == ({bad_folder.TEXT}, {bad_folder.TEXT})
    assert {STORED, "reports", "marts"} <= set(holding)
    assert {schema: found for schema, found in holding.items() if found} == {}


def test_lines_that_cannot_be_read_are_counted(from_csv: BuiltFromCsv) -> None:
    """In the relation, by the test, and in the message of each model that stops; all else is built, and reported."""
    found = from_csv.rows("files", "select file_name, line_number, reason from {schema}.unreadable_line order by 1, 2")
    assert found == bad_folder.UNREADABLE_LINES
    failed = {name for name, status in from_csv.statuses.items() if status in ("fail", "error")}
    stopped = {f"stg_omop__{table}" for table in bad_folder.LINES}
    assert failed == stopped | {"unreadable_lines", "unreadable_omop_days"}
    assert from_csv.run.exit_code == 8
    printed = " ".join(from_csv.said["build"].split())
    assert "failure: unreadable_lines: 7 " in printed
    assert (
        "location.csv: 3 lines cannot be read: line 2 (not_in_the_encoding), line 4 (too_few_columns), line 5 "
        "(not_in_the_encoding)" in printed
    )
    (line,) = [line for line in from_csv.said["report"].splitlines() if line.startswith("Tested")]
    assert line.split()[1:4] == ["1", "1", "100.0%"]


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
    assert built.statuses["row_key_stg_omop__person_person_id"] == "pass"
    assert built.statuses["person_rows"] == "warn"
    # Two rows have no readable id, three repeat a person.
    said = getattr(built, "said", {"build": built.run.output})["build"]
    assert "warning: person_rows: 5" in said or "Got 5 results, configured to warn" in said


def findings(built: Built, name: str) -> list[tuple[Any, ...]]:
    """The rows of a test's own statement."""
    (compiled,) = built.run.target.rglob(f"compiled/**/{name}.sql")
    return sorted(built.rows("staging", compiled.read_text().replace("{", "{{").replace("}", "}}")))


def test_cells_that_are_read_as_null_are_counted(built: Built) -> None:
    cells = [
        ("condition_occurrence", "condition_concept_id", 1),
        ("condition_occurrence", "condition_start_date", 3),
        ("condition_occurrence", "condition_start_datetime", 1),
        ("measurement", "value_as_number", 1),
        ("person", "birth_datetime", 1),
        ("person", "person_id", 1),
    ]
    assert built.statuses["unreadable_omop_cells"] == "warn"
    if not isinstance(built, BuiltFromCsv):
        assert findings(built, "unreadable_omop_cells") == cells
        return
    assert findings(built, "unreadable_omop_cells") == sorted(cells + bad_folder.UNREADABLE_CELLS)
    assert findings(built, "unreadable_omop_days") == bad_folder.UNREADABLE_DAYS
    for name in ("unreadable_omop_cells", "unreadable_omop_days"):
        assert sorted(built.rows(STORED, f"select * from {{schema}}.{name}")) == findings(built, name)
    n_cells = sum(n for *_, n in cells + bad_folder.UNREADABLE_CELLS)
    assert f"Got {n_cells} results, configured to warn" in built.tested.output
