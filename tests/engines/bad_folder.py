"""A folder of CSV files with every kind of bad cell and line, and a pack that reports on it, built by `measuremart build`."""

import csv
import io
import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from unittest import mock

from dbt_runs import ROOT, Run, Warehouse, lean_project
from measuremart.cli import app
from measuremart.report_rows import READ_MARTS
from test_staging import ABSENT, ROWS, source_columns
from typer.testing import CliRunner

SECRET = "Zaphod"  # in every bad line, and in bad cells
TEXT = "Trillian"  # in columns of text, which staging and targets hold as it is
BAD_DAYS = ["31/12/2042", "2042-02-31", "0000-12-42", "2042-13-01T09:00"]
BAD_NUMBERS = ["4242.42.42", "9.87e4000", "42424242424242424242", "987654321.5"]  # the last two are bad as ids
MARKERS = [SECRET, TEXT, *BAD_DAYS, *BAD_NUMBERS]

PACK = """
subqueries:
  diagnoses: {description: Diagnoses., target: condition, resolve_by: person, rules: [{presence: start}]}
  tests: {description: Tests., target: measurement, resolve_by: person, rules: [{presence: number}]}
measures:
  diagnosed: {description: Diagnosed., first: diagnoses}
  tested: {description: Tested., subquery: tests}
cohorts:
  everyone: {description: Diagnosed., definitions: {diagnosed: diagnosed}}
indicators:
  was_tested: {title: Tested, description: Tested., denominator: full_cohort, numerator: tested}
reports:
  dirt: {title: Dirt, description: Bad cells., cohorts: [everyone], indicators: [was_tested], periods: [year]}
"""
CELLS: dict[str, list[dict[str, str]]] = {
    # Texts end at a NUL byte in some programs: a cell with one is read whole, so that it is no number, day or id.
    "observation": [
        {"observation_id": "1", "observation_date": "2024-01-01", "value_as_string": f"{TEXT}\0!"},
        {"observation_id": "2", "observation_date": "2024-01-01\0", "value_as_number": f"7\0{SECRET}"},
        {"observation_id": "3\0", "value_as_number": BAD_NUMBERS[0], "observation_source_value": TEXT},
        {"observation_id": "4", "value_as_number": BAD_NUMBERS[1], "observation_date": BAD_DAYS[1]},
    ],
    # No day of the column can be read; of the ids and times some can.
    "drug_exposure": [
        {"drug_exposure_id": "1", "drug_exposure_start_date": BAD_DAYS[0], "drug_exposure_end_date": "2024-01-01"},
        {"drug_exposure_id": BAD_NUMBERS[2], "drug_exposure_start_date": SECRET, "drug_exposure_end_date": BAD_DAYS[2]},
        {"drug_exposure_id": BAD_NUMBERS[3], "drug_exposure_start_datetime": f"2024-01-01 {SECRET}"},
        {"drug_exposure_start_datetime": BAD_DAYS[3], "quantity": f"<5 {SECRET}"},
        {"drug_exposure_id": "5", "drug_exposure_start_datetime": "2024-01-01 09:00"},
    ],
}  # fmt: skip
UNREADABLE_CELLS = [
    ("drug_exposure", "drug_exposure_end_date", 1),
    ("drug_exposure", "drug_exposure_id", 2),
    ("drug_exposure", "drug_exposure_start_date", 2),
    ("drug_exposure", "drug_exposure_start_datetime", 2),
    ("drug_exposure", "quantity", 1),
    ("observation", "observation_date", 2),
    ("observation", "observation_id", 1),
    ("observation", "value_as_number", 3),
    ("provider", "care_site_id", 1),  # the cell with a line break; its line is read
]
UNREADABLE_DAYS = [("drug_exposure", "drug_exposure_start_date", 2)]
# Files that only tables of places and staff read, so that all else is built: a quote that nothing closes; lines of Latin-1,
# and one that is cut off; cells that are too many, text after a quote, a bad line after one with a line break in a cell.
LINES = {
    "care_site": f'care_site_id,location_id\n1,1\n2,"{SECRET}\n3,1\n'.encode(),
    "location": f"location_id,city\n1,Ülm {SECRET}\n2,{TEXT}\n3\n4,{SECRET} ü\n".encode("latin-1"),
    "provider": f'provider_id,care_site_id\r\n1,"two\r\nlines"\r\n2,1,{SECRET}\r\n3,"{SECRET}"{SECRET}\r\n{SECRET}\r\n'.encode(),
}
UNREADABLE_LINES = [
    ("care_site.csv", 3, "broken_quotes"),
    ("location.csv", 2, "not_in_the_encoding"),
    ("location.csv", 4, "too_few_columns"),
    ("location.csv", 5, "not_in_the_encoding"),
    ("provider.csv", 4, "too_many_columns"),
    ("provider.csv", 5, "broken_quotes"),
    ("provider.csv", 6, "too_few_columns"),
]
SELECT = ["--select", "path:models/core/files", "path:models/core/staging", "+target__observation", "+target__drug"]
SELECT += [f"+{mart}" for mart in sorted(READ_MARTS)]


def written(table: str, rows: Sequence[Mapping[str, str]], end: str = "\n") -> str:
    """Return the text of a CSV file: all columns of the table, null where a row says nothing."""
    text = io.StringIO()
    writer = csv.DictWriter(text, source_columns(table), lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def variables_of(folder: Path, rows: dict[str, list[dict[str, str]]]) -> dict[str, object]:
    """Write the folder with tables of further rows; return the variables of dbt that read it."""
    folder.mkdir()
    files = {table: written(table, said).encode() for table, said in (rows | CELLS).items()} | LINES
    # As Windows writes it: a byte-order mark, and other line ends than the other files.
    files["person"] = b"\xef\xbb\xbf" + written("person", rows["person"], "\r\n").encode()
    for table, content in files.items():
        (folder / f"{table}.csv").write_bytes(content)
    lacking = [f"{t}.{c}" for t in LINES for c in source_columns(t) if c.encode() not in files[t].splitlines()[0]]
    source = {"omop_source": "files", "omop_files": str(folder), "omop_files_format": "csv"}
    absent = {"absent_tables": sorted({*ROWS, *ABSENT} - set(files)), "absent_columns": lacking}
    return {"packs": ["dirt"], "reduce_targets": False, **source, **absent}


def with_pack(warehouse: Warehouse) -> None:
    """Give the warehouse a project that has the pack `dirt` beside that of OMOP."""
    warehouse.project = lean_project(warehouse.folder / "lean", ["dirt"])
    pack = warehouse.project / "definitions" / "dirt" / "dirt.yml"
    pack.parent.mkdir(parents=True)
    pack.write_text(PACK)
    shutil.copytree(ROOT / "definitions" / "omop", pack.parents[1] / "omop")


def measuremart(warehouse: Warehouse, variables: dict[str, object], command: str, *words: str) -> tuple[Run, str]:
    """Return what dbt said to a command of measuremart, and what the command printed."""
    heard = warehouse.folder / f"heard_by_{command}.txt"
    dbt = warehouse.folder / "dbt"
    dbt.write_text(
        f'#!/bin/bash\nset -o pipefail\n"{Path(sys.executable).parent / "dbt"}" "$@" 2>&1 | tee -a "{heard}"\n'
    )
    dbt.chmod(0o755)
    places = {"DBT_TARGET_PATH": str(warehouse.folder / "target"), "DBT_LOG_PATH": str(warehouse.folder / "logs")}
    places |= {"DBT_PROFILES_DIR": str(warehouse.folder / "profiles")}
    given = ["--project-dir", str(warehouse.project), "--target", warehouse.target, "--vars", json.dumps(variables)]
    warehouse.arguments()  # writes the profile
    with (
        mock.patch.dict(os.environ, warehouse.environment(**places)),
        mock.patch("measuremart.warehouse.build.dbt_command", return_value=str(dbt)),
        mock.patch("measuremart.warehouse.dbt.dbt_command", return_value=str(dbt)),
    ):
        done = CliRunner().invoke(app, [command, *words, *given])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return Run(done.exit_code, heard.read_text(errors="replace"), warehouse.folder / "target"), done.output
