"""`measuremart export`: the same rows are the same files, on both engines, whatever a value holds."""

import datetime as dt
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg2
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dbt_runs import Warehouse, scratch_project
from measuremart.export import export_tables
from psycopg2.extensions import parse_dsn

SCHEMA = "exported"
COLUMNS = [
    ("key", "bigint", "An id; beyond what a double can hold"),
    ("said", "string", 'What was said, "as it is" | with a bar'),
    ("day", "date", "A day"),
    ("share", "numeric(18,6)", "A share"),
    ("is_known", "boolean", "Whether it is known"),
]
ODD = """
select cast({key} as bigint) as key, cast({said} as {text}) as said, cast({day} as date) as day,
    cast({share} as numeric(18, 6)) as share, cast({known} as boolean) as is_known
"""
# In no order: rows must come sorted by all columns, null first, texts by their bytes.
ROWS: list[dict[str, str]] = [
    {"key": "9007199254740993", "said": "'b'", "day": "'0001-01-01'", "share": "-0.5", "known": "true"},
    {"key": "2", "said": "'a, \"b\"'", "day": "'2024-02-29'", "share": "123456789012.345678", "known": "false"},
    {"key": "2", "said": "'ä'", "day": "null", "share": "null", "known": "null"},
    {"key": "2", "said": "'B'", "day": "'9999-12-31'", "share": "0", "known": "true"},
    {"key": "2", "said": "''", "day": "null", "share": "0.1", "known": "null"},
    {"key": "2", "said": "null", "day": "null", "share": "0.000001", "known": "null"},
    {"key": "-7", "said": "' two' || chr(10) || 'lines '", "day": "null", "share": "1", "known": "null"},
]
AS_CSV = (
    'key,"said",day,share,is_known\n'
    '-7," two\nlines ",,1.000000,\n'
    "2,,,0.000001,\n"
    '2,"",,0.100000,\n'
    '2,"B",9999-12-31,0.000000,true\n'
    '2,"a, ""b""",2024-02-29,123456789012.345678,false\n'
    '2,"ä",,,\n'
    '9007199254740993,"b",0001-01-01,-0.500000,true\n'
)
AS_ROWS = [
    (-7, " two\nlines ", None, Decimal("1.000000"), None),
    (2, None, None, Decimal("0.000001"), None),
    (2, "", None, Decimal("0.100000"), None),
    (2, "B", dt.date(9999, 12, 31), Decimal("0.000000"), True),
    (2, 'a, "b"', dt.date(2024, 2, 29), Decimal("123456789012.345678"), False),
    (2, "ä", None, None, None),
    (9007199254740993, "b", dt.date(1, 1, 1), Decimal("-0.500000"), True),
]
TYPES = [pa.int64(), pa.string(), pa.date32(), pa.decimal128(18, 6), pa.bool_()]


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres_dsn: str) -> Any:
    """A built project with two marts, one of them empty, and a table that is none."""
    folder = tmp_path_factory.mktemp(request.param)
    scratch = scratch_project(folder, target=request.param)
    at = parse_dsn(postgres_dsn)
    given = {
        "HOST": at.get("host", "127.0.0.1"),
        "PORT": at.get("port", "5432"),
        "USER": at.get("user", os.environ.get("USER", "postgres")),
        "PASSWORD": at.get("password", ""),
        "DATABASE": at.get("dbname", "postgres"),
        "SCHEMA": SCHEMA,
    }
    marts = scratch.project / "models" / "marts"
    marts.mkdir()
    selected = " union all ".join(ODD.format(text="text", **row) for row in ROWS)
    (marts / "odd.sql").write_text(selected)
    (marts / "none.sql").write_text(f"select * from ({selected}) as odd where key = 0")
    (scratch.project / "models" / "inner.sql").write_text("select 1 as n")
    columns = [{"name": n, "data_type": t, "description": d} for n, t, d in COLUMNS]
    models = [{"name": name, "description": f"The {name}", "columns": columns} for name in ("odd", "none")]
    (marts / "_marts.yml").write_text(json.dumps({"version": 2, "models": models}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEASUREMART_DUCKDB", str(scratch.database))
        for name, value in given.items():
            patch.setenv(f"MEASUREMART_POSTGRES_{name}", value)
        try:
            done = scratch.dbt("build")
            assert done.exit_code == 0, done.output
            yield scratch
        finally:
            if request.param == "postgres":
                connection = psycopg2.connect(postgres_dsn)
                connection.autocommit = True
                with connection.cursor() as cursor:
                    cursor.execute(f"drop schema if exists {SCHEMA} cascade")
                connection.close()


def command(built: Warehouse, *arguments: str) -> list[str]:
    options = ["--project-dir", str(built.project), "--profiles-dir", str(built.folder / "profiles")]
    return [str(Path(sys.executable).parent / "measuremart"), "export", *arguments, *options, "--target", built.target]


def export(built: Warehouse, *arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(command(built, *arguments), capture_output=True, text=True, check=False, cwd=built.folder)
    return done.returncode, done.stdout, done.stderr


def test_csv(built: Warehouse, tmp_path: Path) -> None:
    to = tmp_path / "it's here"
    code, out, error = export(built, str(to), "--format", "csv")
    assert (code, out) == (0, f"2 tables, 7 rows: {to}\n"), error
    assert error == "1 of 2  none  0 rows\n2 of 2  odd  7 rows\n"
    assert sorted(p.name for p in to.iterdir()) == ["data_dictionary.csv", "data_dictionary.md", "none.csv", "odd.csv"]
    assert (to / "odd.csv").read_bytes().decode() == AS_CSV
    assert (to / "none.csv").read_bytes().decode() == AS_CSV.splitlines(keepends=True)[0]
    dictionary = (to / "data_dictionary.csv").read_text().splitlines()
    assert dictionary[0] == "table,position,column,type,description"
    assert dictionary[6] == '"odd",1,"key","bigint","An id; beyond what a double can hold"'
    assert dictionary[7] == '"odd",2,"said","string","What was said, ""as it is"" | with a bar"'
    page = (to / "data_dictionary.md").read_text()
    assert "## odd\n\nThe odd\n" in page
    assert '| said | string | What was said, "as it is" \\| with a bar |\n' in page


def test_parquet(built: Warehouse, tmp_path: Path) -> None:
    to = tmp_path / "new" / "files"
    code, _, error = export(built, str(to), "--format", "parquet")
    assert code == 0, error
    table = pq.read_table(to / "odd.parquet")
    assert [tuple(row.values()) for row in table.to_pylist()] == AS_ROWS
    empty = pq.read_table(to / "none.parquet")
    for found in (table, empty):
        assert [(f.name, f.type) for f in found.schema] == list(zip([c[0] for c in COLUMNS], TYPES, strict=True))
    assert empty.num_rows == 0
    again = tmp_path / "again"
    assert export(built, str(again))[0] == 0
    assert all((again / file.name).read_bytes() == file.read_bytes() for file in to.iterdir())


def test_an_earlier_export_is_replaced_only_by_force(built: Warehouse, tmp_path: Path) -> None:
    to = tmp_path / "files"
    assert export(built, str(to), "--format", "parquet")[0] == 0
    (to / "mine.txt").write_text("mine")
    before = {file.name: file.read_bytes() for file in to.iterdir()}
    code, out, error = export(built, str(to), "--format", "csv")
    said = f"{to} is there already: name a new folder, or say --force to replace an export\n"
    assert (code, out, error) == (7, "", said)
    assert {file.name: file.read_bytes() for file in to.iterdir()} == before
    assert export(built, str(to), "--format", "csv", "--force")[0] == 0
    names = ["data_dictionary.csv", "data_dictionary.md", "mine.txt", "none.csv", "odd.csv"]
    assert sorted(file.name for file in to.iterdir()) == names


def test_an_export_that_is_stopped_leaves_nothing(built: Warehouse, tmp_path: Path) -> None:
    options = ("--profiles-dir", str(built.folder / "profiles"), "--target", built.target)
    running = export_tables(built.project, tmp_path / "files", "csv", (), options, force=False)
    assert next(running).table == "none"
    assert [p.name.startswith(".files.") for p in tmp_path.iterdir()] == [True]
    running.close()
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_is_killed_leaves_no_folder(built: Warehouse, tmp_path: Path) -> None:
    to = tmp_path / "files"
    with subprocess.Popen(command(built, str(to)), stderr=subprocess.PIPE, cwd=built.folder, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "1 of 2  none  0 rows\n"
        process.kill()
    assert not to.exists()


def test_what_is_not_built(built: Warehouse, tmp_path: Path) -> None:
    later = built.project / "models" / "marts" / "later.sql"
    beside = later.with_name("later.yml")
    later.write_text("select 1 as n")
    column = {"name": "n", "data_type": "bigint", "description": "A number"}
    beside.write_text(json.dumps({"version": 2, "models": [{"name": "later", "columns": [column]}]}))
    try:
        code, out, error = export(built, str(tmp_path / "files"), "--format", "csv")
    finally:
        later.unlink()
        beside.unlink()
    assert (code, out) == (8, "")
    assert error == "the project is not built there, or not whole: run `dbt build`\n"
    assert list(tmp_path.iterdir()) == []
