"""Folders of CSV files as hospitals write them: what is read, which lines are not, and that no cell of them is shown."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from dbt_runs import ROOT, Run, Warehouse
from test_staging import source_columns

SECRET = "Slartibartfast"
TABLES = [path.stem.removeprefix("stg_omop__") for path in (ROOT / "models/core/staging/omop").glob("stg_omop__*.sql")]


def build(warehouse: Warehouse, files: dict[str, bytes], *extra: str, command: str = "build", **variables: Any) -> Run:
    """Write the files, and build what reads them, with the extra selection; the columns that they lack are absent."""
    folder = warehouse.folder / "files"
    folder.mkdir(exist_ok=True)
    for table, content in files.items():
        (folder / f"{table}.csv").write_bytes(content)
    given = {
        "packs": [],
        "omop_source": "files",
        "omop_files": str(folder),
        "omop_files_format": "csv",
        "absent_tables": sorted(set(TABLES) - set(files)),
        "absent_columns": [
            f"{table}.{column}"
            for table, content in files.items()
            for column in source_columns(table)
            if column.encode() not in content.lower() and column.encode("utf-16-le") not in content
        ],
    }
    select = ["--select", "path:models/core/files", *(f"+stg_omop__{table}" for table in files), *extra]
    return warehouse.dbt(command, *select, variables=given | variables)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """The project itself, with a fresh database; what dbt logs is read."""
    return Warehouse(tmp_path, is_logged=True)


def shown(warehouse: Warehouse, run: Run) -> list[str]:
    """Where the secret stands, of all that dbt printed or wrote beside the database."""
    files = [path for path in warehouse.folder.rglob("*") if path.is_file() and path.suffix not in (".duckdb", ".csv")]
    assert {"run_results.json", "dbt.log"} <= {path.name for path in files}
    written = [str(path) for path in files if SECRET in path.read_text(encoding="utf-8", errors="replace")]
    return written + (["the screen"] if SECRET in run.output else [])


def observations(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    return warehouse.rows(
        "select observation_id, cast(value_as_number as varchar), value_as_string from staging.stg_omop__observation order by 1"
    )


def test_a_windows_file_with_a_byte_order_mark(warehouse: Warehouse) -> None:
    """Names in capitals and in any order, a quoted line break, doubled quotes, a quote within a word, empty lines."""
    content = (
        '\ufeff"VALUE_AS_STRING",Observation_Id,note,value_as_number\r\n'
        '"two\r\nlines, one cell",1,,7.25\r\n'
        '"says ""yes""",2,x,"8"\r\n'
        "\r\n"
        '5" tall,3,x,\r\n'
        ",4,x,1e3"
    )
    run = build(warehouse, {"observation": content.encode()})
    assert run.exit_code == 0, run.output
    assert observations(warehouse) == [
        (1, "7.2500000000", "two\r\nlines, one cell"),
        (2, "8.0000000000", 'says "yes"'),
        (3, None, '5" tall'),
        (4, "1000.0000000000", None),
    ]
    assert warehouse.rows("select * from files.unreadable_line") == []


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_another_encoding_semicolons_and_decimal_commas(warehouse: Warehouse, encoding: str) -> None:
    content = "observation_id;value_as_number;value_as_string\n1;7,25;grün\n2;8;a,b\n3;7.25;\n4;1.000,5;\n"
    run = build(
        warehouse,
        {"observation": content.encode(encoding)},
        "unreadable_omop_cells",
        omop_files_delimiter=";",
        omop_files_encoding=encoding,
    )
    assert run.exit_code == 0, run.output
    assert observations(warehouse) == [
        (1, "7.2500000000", "grün"),
        (2, "8.0000000000", "a,b"),
        (3, None, None),
        (4, None, None),
    ]
    assert "Got 2 results, configured to warn" in run.output


def test_semicolons_with_decimal_points(warehouse: Warehouse) -> None:
    content = b"observation_id;value_as_number;value_as_string\n1;7.25;x\n"
    variables = {"omop_files_delimiter": ";", "omop_files_decimal_mark": "."}
    run = build(warehouse, {"observation": content}, **variables)
    assert run.exit_code == 0, run.output
    assert observations(warehouse) == [(1, "7.2500000000", "x")]


def test_quotes_are_read_wherever_they_begin(warehouse: Warehouse) -> None:
    """The first quoted text stands far behind any sample of the file."""
    rows = [f"{number},7,plain" for number in range(1, 30_001)] + [f'30001,7,"a, {SECRET}"']
    content = "\n".join(["observation_id,value_as_number,value_as_string", *rows]) + "\n"
    run = build(warehouse, {"observation": content.encode()})
    assert run.exit_code == 0, run.output
    assert warehouse.rows("select count(*) from staging.stg_omop__observation") == [(30_001,)]
    assert observations(warehouse)[-1] == (30_001, "7.0000000000", f"a, {SECRET}")
    assert shown(warehouse, run) == []


PERSON = b"""person_id,year_of_birth,gender_source_value
1,1970,f
2,1970
3,1970,"two
lines"
4,1970,SECRET,SECRET
5,1970,"SECRET"SECRET
6,1970,SECRET \xfc
7,1970,m
"8
SECRET",1970
9,1970
10,1970,"SECRET
11,1970,m
""".replace(b"SECRET", SECRET.encode())
LINES = [
    # A quote that nothing closes: in the first cell, in the last one, in one too many. All that follows is within it.
    ("provider.csv", 3, "broken_quotes"),
    ("person.csv", 3, "too_few_columns"),
    ("person.csv", 6, "too_many_columns"),
    ("person.csv", 7, "broken_quotes"),
    ("person.csv", 8, "not_in_the_encoding"),
    ("person.csv", 10, "too_few_columns"),
    ("person.csv", 12, "too_few_columns"),
    ("person.csv", 13, "broken_quotes"),
    ("observation.csv", 2, "too_many_columns"),
    ("care_site.csv", 3, "broken_quotes"),
]
FILES = {
    "person": PERSON,
    "observation": f"observation_id,value_as_string\r\n1,{SECRET},\r\n2,x\r\n".encode(),
    "death": b"person_id,death_date\n1,2024-01-01\n",
    "provider": f'provider_id,care_site_id\n1,1\n"2,{SECRET}\n3,1\n'.encode(),
    "care_site": f'care_site_id,location_id\n1,1\n2,2,"{SECRET}\n3,1\n'.encode(),
}


def test_lines_that_cannot_be_read(warehouse: Warehouse) -> None:
    """They are listed, nothing is built from what is left of their file, and nothing of them is shown.

    By `dbt run`, which asks no test; what `dbt build` says is in test_bad_cells.py.
    """
    run = build(warehouse, FILES, command="run")
    assert run.exit_code == 1
    found = warehouse.rows(
        "select file_name, line_number, reason from files.unreadable_line order by file_name desc, line_number"
    )
    assert found == LINES
    statuses = run.statuses
    assert (statuses["stg_omop__person"], statuses["stg_omop__observation"]) == ("error", "error")
    assert statuses["stg_omop__death"] == "success"
    assert "person.csv: 7 lines cannot be read: line 3 (too_few_columns), line 6 (too_many_columns)" in run.output
    assert "observation.csv: 1 lines cannot be read: line 2 (too_many_columns)" in run.output
    assert shown(warehouse, run) == []
    built = "select view_name from duckdb_views() where view_name like 'stg_omop%'"
    assert warehouse.rows(built) == [("stg_omop__death",)]


def test_what_a_file_lacks_is_said(warehouse: Warehouse) -> None:
    """The file, the column and what to do: for a missing column and file, a missing header, a name that appears twice."""
    header = ",".join(source_columns("person"))
    files = {
        "person": header.replace("gender_concept_id,", "").encode() + b"\n",
        "death": f"1,2024-01-01,{SECRET}\n2,2024-01-02,x\n".encode(),
        "care_site": b"care_site_id;care_site_name\n1;x\n",
        "provider": b"provider_id,care_site_id,Provider_ID\n",
        "location": b"",
        "concept": f"concept_id,concept_name {SECRET} \xfc\n1,x\n".encode("latin-1"),
    }
    run = build(warehouse, files, absent_columns=[], absent_tables=sorted(set(TABLES) - {*files, "episode"}))
    folder = warehouse.folder / "files"
    assert run.exit_code == 1
    assert (
        f"{folder}/person.csv has no column gender_concept_id. Add it under that name, or add to the variable absent_columns "
        "what the source lacks: [person.gender_concept_id]"
    ) in run.output
    assert f"{folder}/death.csv: its first line does not name the column person_id." in run.output
    assert f"{folder}/care_site.csv: its first line does not name the column care_site_id." in run.output
    assert "omop_files_delimiter (now ',')" in run.output
    assert f"{folder}/provider.csv: its first line names the column provider_id 2 times" in run.output
    assert f"{folder}/location.csv: its first line does not name the column location_id." in run.output
    assert f"{folder}/concept.csv: its first line does not name the column concept_id." in run.output
    assert f"{folder}/episode.csv is not there." in run.output
    assert "add episode to the variable absent_tables" in run.output
    assert shown(warehouse, run) == []


def test_line_ends_of_two_kinds_stop_without_a_cell(warehouse: Warehouse) -> None:
    """DuckDB refuses the whole file: what it would read otherwise is not what stands there."""
    content = f"observation_id,value_as_string\n1,x\r\n2,{SECRET}\n"
    run = build(warehouse, {"observation": content.encode()})
    assert run.exit_code == 1
    assert run.statuses["file_omop__observation"] == "error"
    assert shown(warehouse, run) == []


def test_utf_16_that_is_read_as_utf_8_stops_without_a_cell(warehouse: Warehouse) -> None:
    content = f"observation_id,value_as_string\n1,x\n2,{SECRET}\n"
    run = build(warehouse, {"observation": content.encode("utf-16")})
    assert run.exit_code == 1
    assert run.statuses["file_omop__observation"] == "error"
    assert shown(warehouse, run) == []
    assert "\0".join(SECRET) not in run.output


def test_bytes_that_latin_1_lacks_stop_without_a_cell(warehouse: Warehouse) -> None:
    content = b"observation_id,value_as_string\n1,x\n2,\x80 " + SECRET.encode() + b"\n"
    run = build(warehouse, {"observation": content}, omop_files_encoding="latin-1")
    assert run.exit_code == 1
    assert "File is not latin-1 encoded" in run.output
    assert shown(warehouse, run) == []


def test_settings_that_mean_nothing_stop(warehouse: Warehouse) -> None:
    omop = {
        "omop_files_delimiter": "', header = false) --",
        "omop_files_encoding": "cp1252",
        "omop_files_decimal_mark": ";",
    }
    run = warehouse.dbt("parse", variables={"packs": []} | omop)
    assert run.exit_code != 0
    assert "omop_files_delimiter is '', header = false) --'; it can be one of" in run.output
    assert "omop_files_encoding is 'cp1252'; it can be utf-8, latin-1 or utf-16" in run.output
    assert "omop_files_decimal_mark is ';'; it can be . or , or empty" in run.output
    audit = {"e12_files_delimiter": "a", "e12_files_encoding": "x'"}
    run = warehouse.dbt("parse", variables={"packs": ["epilepsy12"]} | audit)
    assert run.exit_code != 0
    assert "e12_files_delimiter is 'a'; it can be one of" in run.output
    assert "e12_files_encoding is 'x''; it can be utf-8, latin-1 or utf-16" in run.output


def test_the_files_of_the_audit(warehouse: Warehouse) -> None:
    """Read by the same rules: another delimiter and encoding, a line that is cut off, a column that is missing."""
    folder = warehouse.folder / "files"
    folder.mkdir()
    sources = yaml.safe_load((ROOT / "models/core/staging/epilepsy12/_sources.yml").read_text())["sources"][0]["tables"]
    for table in sources:
        (folder / f"{table['name']}.csv").write_text(
            "ods_code;name\n" if table["name"] == "organisations" else "child_id\n"
        )
    sites = f"child_id;ods_code;actively_involved;primary_centre\r\n1;Grün;1;0\r\n2;{SECRET}\r\n"
    (folder / "sites.csv").write_bytes(sites.encode("latin-1"))
    (folder / "syndromes.csv").write_bytes("child_id;syndrome_name\r\n1;Fieberkrämpfe\r\n".encode("latin-1"))
    run = warehouse.dbt(
        *("build", "--select", "path:models/core/files", "+stg_epilepsy12__sites", "+stg_epilepsy12__syndromes"),
        "+stg_epilepsy12__organisations",
        variables={
            "packs": ["epilepsy12"],
            "e12_source": "files",
            "e12_files": str(folder),
            "e12_files_delimiter": ";",
            "e12_files_encoding": "latin-1",
        },
    )
    assert run.exit_code == 1
    assert warehouse.rows("select * from files.unreadable_line") == [("epilepsy12", "sites.csv", 3, "too_few_columns")]
    assert (run.statuses["stg_epilepsy12__sites"], run.statuses["unreadable_lines"]) == ("error", "fail")
    assert warehouse.rows("select child_id, syndrome_name from staging.stg_epilepsy12__syndromes") == [
        ("1", "Fieberkrämpfe")
    ]
    assert f"{folder}/organisations.csv has no column trust, local_health_board, icb" in run.output
    assert shown(warehouse, run) == []


def test_files_are_read_once_and_every_file_has_its_model() -> None:
    """A model for each table of the input contract, all of them in the relation of unreadable lines."""
    listed = (ROOT / "models/core/files/unreadable_line.sql").read_text()
    for population, folder in (("omop", "omop"), ("epilepsy12", "epilepsy12")):
        sources = yaml.safe_load((ROOT / f"models/core/staging/{folder}/_sources.yml").read_text())["sources"][0][
            "tables"
        ]
        tables = {table["name"] for table in sources}
        models = {
            path.stem.removeprefix(f"file_{population}__")
            for path in (ROOT / f"models/core/files/{folder}").glob("*.sql")
        }
        assert models == tables
        assert all(f"'{table}'" in listed for table in tables)
