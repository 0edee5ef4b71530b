"""The marts of a built project as files: one a table, and a data dictionary from the contracts."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from measuremart.table_files import CsvFile, ParquetFile, csv_line
from measuremart.warehouse.dbt import WarehouseError, operation
from measuremart.write import WriteRefusedError

DICTIONARY = "data_dictionary"
_HEADING = ("table", "position", "column", "type", "description")


@dataclass(frozen=True, slots=True)
class Exported:
    """A table that was written: the how-manieth of how many, and how many rows."""

    table: str
    number: int
    of: int
    rows: int


@dataclass
class _Table:
    about: dict[str, Any]
    file: CsvFile | ParquetFile | None = None
    rows: int | None = None


@dataclass
class _Export:
    folder: Path
    file_format: str
    tables: list[_Table] = field(default_factory=list)
    is_whole: bool = False

    def take(self, value: dict[str, Any] | list[Any]) -> Exported | None:
        """Take one line of what the macro prints; return the table that it ends, if any."""
        if isinstance(value, dict) and "table" in value:
            self.tables.append(_Table(value))
        elif isinstance(value, dict) and "end" in value:
            self.is_whole = value["end"] == len(self.tables)
        elif isinstance(value, list):
            self._file().add(value)
        else:
            return self._ended(int(value["rows"]))
        return None

    def _file(self) -> CsvFile | ParquetFile:
        table = self.tables[-1]
        if table.file is None:
            made = ParquetFile if self.file_format == "parquet" else CsvFile
            path = self.folder / f"{table.about['table']}.{self.file_format}"
            table.file = made(path, [(c["name"], c["type"]) for c in table.about["columns"]])
        return table.file

    def _ended(self, rows: int) -> Exported:
        table, about = self.tables[-1], self.tables[-1].about
        if not (self.folder / f"{about['table']}.{self.file_format}").exists():
            self._file()  # an empty table of an engine that does not write files itself
        if table.file is not None:
            table.file.close()
        table.rows = rows
        return Exported(about["table"], about["number"], about["of"], rows)

    def close(self) -> None:
        for table in self.tables:
            if table.file is not None:
                table.file.close()


def export_tables(
    project: Path, to: Path, file_format: str, reports: tuple[str, ...], options: tuple[str, ...], *, force: bool
) -> Iterator[Exported]:
    """Write the marts, and the datasets of `reports`, as csv or parquet files into the folder `to`.

    Rows are ordered by all columns, texts by their bytes. Files are written beside `to` and moved there in the end.
    Raises `WriteRefusedError` where `to` holds anything and not `force`, `WarehouseError`, and `OSError` with the name
    of the file.
    """
    if to.exists() and (not to.is_dir() or (any(to.iterdir()) and not force)):
        raise WriteRefusedError(f"{to} is there already: name a new folder, or say --force to replace an export")
    to.parent.mkdir(parents=True, exist_ok=True)
    stage = to.absolute().parent / f".{to.absolute().name}.{os.getpid()}"
    stage.mkdir()
    export = _Export(stage, file_format)
    try:
        arguments = {"folder": stage.as_posix(), "format": file_format, "reports": list(reports)}
        for value in operation(project, "export_tables", arguments, options):
            done = export.take(value)
            if done is not None:
                yield done
        _check_whole(export, reports)
        write_dictionary(stage, [t.about for t in export.tables], DICTIONARY)
        _publish(stage, to)
    finally:
        export.close()
        shutil.rmtree(stage, ignore_errors=True)


def _check_whole(export: _Export, reports: tuple[str, ...]) -> None:
    if not export.is_whole:
        raise WarehouseError("dbt ended before all tables were exported")
    names = {t.about["table"] for t in export.tables}
    for report in reports:
        if f"report__{report}__dataset" not in names:
            raise WarehouseError(f"report '{report}' was not built: is its pack in the dbt variable 'packs'?")


def write_dictionary(folder: Path, tables: Sequence[Mapping[str, Any]], name: str) -> None:
    """Write what tables, {table, description, columns}, and their columns mean, as csv and as markdown."""
    lines = [csv_line(_HEADING, [False] * len(_HEADING))]
    chapters = ["# Data dictionary\n\nWritten by `measuremart export`. Nobody's data stands in this file.\n"]
    for table in tables:
        rows = []
        for position, column in enumerate(table["columns"], start=1):
            said = " ".join(str(column["description"]).split())
            cells = (table["table"], str(position), column["name"], column["type"], said)
            lines.append(csv_line(cells, [True, False, True, True, True]))
            rows.append(f"| {column['name']} | {column['type']} | {said.replace('|', chr(92) + '|')} |\n")
        about = " ".join(str(table["description"]).split())
        chapters.append(f"\n## {table['table']}\n\n{about}\n\n| column | type | description |\n| --- | --- | --- |\n")
        chapters += rows
    for ending, text in (("csv", "".join(lines)), ("md", "".join(chapters))):
        (folder / f"{name}.{ending}").write_text(text, encoding="utf-8", newline="\n")


def _publish(stage: Path, to: Path) -> None:
    """Move what was written to its place; of an earlier export, remove what is no longer written."""
    if to.exists() and not any(to.iterdir()):
        to.rmdir()
    if not to.exists():
        stage.rename(to)
        return
    stale = set(_written_before(to)) - {file.name for file in stage.iterdir()}
    for file in sorted(stage.iterdir()):
        os.replace(file, to / file.name)
    for name in stale:
        (to / name).unlink(missing_ok=True)


def _written_before(folder: Path) -> Iterator[str]:
    dictionary = folder / f"{DICTIONARY}.csv"
    if dictionary.is_file():
        with dictionary.open(encoding="utf-8", newline="") as file:
            for table in {row["table"] for row in csv.DictReader(file) if row.get("table")}:
                if "/" not in table and os.sep not in table:
                    yield from (f"{table}.csv", f"{table}.parquet")
