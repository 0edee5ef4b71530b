"""A configuration folder to rows of typed fields that know their line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from measuremart.importers.finding import Finding
from measuremart.importers.oa_cohorts.layouts import LAYOUTS, TABLES, Column, Layout, Table
from measuremart.problems import Kind, Position, Problem, did_you_mean

MAX_BYTES = 20_000_000
# The file of the OMOP vocabularies, as Athena calls it and as others write it: names for those who read the pack.
VOCABULARY_FILES = ("CONCEPT.csv", "concept.csv")
_EMPTY = ("", "NULL", "null", "None", "NaN", "nan", "\\N")
_WHOLE = re.compile(r"[-+]?[0-9]{1,18}(\.0+)?\Z")  # spreadsheets and pandas write the ids of a column with gaps as 12.0
_NUMBER = re.compile(r"[-+]?[0-9]{1,18}(\.[0-9]{1,10})?\Z")
_FLAGS = dict.fromkeys(("t", "true", "1", "yes", "y", "on"), True) | dict.fromkeys(
    ("f", "false", "0", "no", "n", "off"), False
)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
# The one file that is called differently in the two layouts.
_RULE_MAP = next(table for table in TABLES if table.name == "subquery_rule_map")

Value = int | Decimal | bool | str | None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table."""

    position: Position
    values: dict[str, Value]

    def number(self, name: str) -> int:
        """Return a whole number or id that is always there."""
        value = self.values[name]
        assert isinstance(value, int)
        return value

    def maybe(self, name: str) -> int | None:
        """Return a whole number or id, None where the field is empty."""
        value = self.values[name]
        assert value is None or isinstance(value, int)
        return value

    def decimal(self, name: str) -> Decimal | None:
        """Return a number, None where the field is empty."""
        value = self.values[name]
        assert value is None or isinstance(value, Decimal)
        return value

    def text(self, name: str) -> str:
        """Return a text or word, empty where the field is."""
        value = self.values[name]
        return value if isinstance(value, str) else ""

    def flag(self, name: str, default: bool) -> bool:
        """Return a flag, `default` where the field is empty."""
        value = self.values[name]
        return value if isinstance(value, bool) else default


@dataclass
class Reading:
    """What a folder holds: rows by table, what was not read, and every problem."""

    layout: Layout
    tables: dict[str, list[Row]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_folder(folder: Path) -> Reading:
    """Read every table of a configuration folder; all problems come back together, none is raised."""
    layout = _layout_of(folder)
    reading = Reading(layout or "0.13")
    if layout is None:
        said = " or ".join(f"{file} ({word} layout)" for word, file in _RULE_MAP.files.items())
        reading.problems.append(Problem(Position(folder.name, 1, 1), f"no {said} in this folder", Kind.YAML))
        return reading
    for table in TABLES:
        _read_table(folder, table, reading)
    known = {table.files[reading.layout] for table in TABLES}
    for path in sorted(folder.glob("*.csv")):
        if path.name not in known and path.name not in VOCABULARY_FILES:
            text = f"not a file of the {reading.layout} layout: not read"
            reading.findings.append(Finding(_printable(path.name), 0, "file", "left out", text))
    return reading


def _layout_of(folder: Path) -> Layout | None:
    return next((layout for layout in reversed(LAYOUTS) if (folder / _RULE_MAP.files[layout]).is_file()), None)


def _read_table(folder: Path, table: Table, reading: Reading) -> None:
    file = table.files[reading.layout]
    reading.tables[table.name], reading.files[table.name] = [], file
    start = Position(file, 1, 1)
    if not (folder / file).is_file():
        if table.required:
            reading.problems.append(Problem(start, "this file is missing from the folder", Kind.YAML))
        return
    try:
        raw = (folder / file).read_bytes()
        if len(raw) > MAX_BYTES:
            raise ValueError(f"file is larger than {MAX_BYTES:,} bytes")
        lines = list(_records(raw.decode("utf-8-sig")))
    except UnicodeDecodeError:
        reading.problems.append(Problem(start, "file is not UTF-8 text", Kind.YAML))
    except (OSError, ValueError, csv.Error) as error:
        reading.problems.append(Problem(start, f"cannot be read: {error}", Kind.YAML))
    else:
        _rows(table, lines, reading)


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, cells) of every record that is not blank; a record of several lines has the line it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield line, [cell.strip() for cell in cells]
        line = reader.line_num + 1


def _rows(table: Table, lines: list[tuple[int, list[str]]], reading: Reading) -> None:
    file = table.files[reading.layout]
    if not lines:
        reading.problems.append(Problem(Position(file, 1, 1), "file has no line of column names", Kind.YAML))
        return
    heading = [_printable(cell) for cell in lines[0][1]]
    columns = [c for c in table.columns if reading.layout in c.names]
    missing = _missing(columns, heading, reading, Position(file, lines[0][0], 1))
    _unread(columns, heading, lines, reading, file)
    if missing:
        return
    seen: dict[tuple[Value, ...], Row] = {}
    for line, cells in lines[1:]:
        position = Position(file, line, 1)
        if len(cells) != len(heading):
            text = f"{len(cells)} values where the heading has {len(heading)} columns"
            reading.problems.append(Problem(position, text, Kind.YAML))
            continue
        before = len(reading.problems)
        row = _row(table, columns, dict(zip(heading, cells, strict=True)), reading, position)
        if len(reading.problems) > before:
            continue
        key = tuple(row.values[k] for k in table.key)
        first = seen.setdefault(key, row)
        if first is row:
            reading.tables[table.name].append(row)
        elif _content(first, table) != _content(row, table):
            said = ", ".join(str(k) for k in key)
            text = f"{table.name} {said} appears twice with different content; first on line {first.position.line}"
            reading.problems.append(Problem(position, text, Kind.MEANING))


def _content(row: Row, table: Table) -> dict[str, Value]:
    """Return what a row says; the number of a map's line is not part of it."""
    return {k: v for k, v in row.values.items() if k != "id" or "id" in table.key}


def _missing(columns: list[Column], heading: list[str], reading: Reading, position: Position) -> bool:
    fault = False
    for name in sorted({h for h in heading if heading.count(h) > 1}):
        reading.problems.append(Problem(position, f"column '{name}' appears twice", Kind.LANGUAGE))
        fault = True
    for column in columns:
        name = column.names[reading.layout]
        if name not in heading and reading.layout not in column.optional:
            text = f"column '{name}' is missing ({reading.layout} layout)"
            reading.problems.append(Problem(position, text, Kind.LANGUAGE))
            fault = True
    return fault


def _unread(
    columns: list[Column], heading: list[str], lines: list[tuple[int, list[str]]], reading: Reading, file: str
) -> None:
    known = {c.names[reading.layout] for c in columns}
    for number, name in enumerate(heading):
        if name not in known and any(len(cells) > number and cells[number] not in _EMPTY for _, cells in lines[1:]):
            text = f"column '{name}' is not of the {reading.layout} layout: not read"
            reading.findings.append(Finding(file, 0, "column", "left out", text))


def _row(table: Table, columns: list[Column], cells: dict[str, str], reading: Reading, position: Position) -> Row:
    values: dict[str, Value] = {column.field: None for column in table.columns}
    for column in columns:
        name = column.names[reading.layout]
        cell = cells.get(name, "")
        if cell in _EMPTY:
            if not column.kind.endswith("?") and name in cells:
                reading.problems.append(Problem(position, f"'{name}' is empty", Kind.LANGUAGE))
            continue
        value, fault = _value(column, cell)
        values[column.field] = value
        if fault:
            found = f"'{name}' {fault}; found '{_printable(cell[:60])}'"
            reading.problems.append(Problem(position, found, Kind.LANGUAGE))
    return Row(position, values)


def _printable(text: str) -> str:
    return " ".join(_UNPRINTABLE.sub(" ", text).split())


def _value(column: Column, cell: str) -> tuple[Value, str]:
    """Return the value of a cell that is not empty, and what is wrong with it."""
    kind = column.kind.rstrip("?")
    if kind in ("id", "whole"):
        return (int(cell.split(".")[0]), "") if _WHOLE.match(cell) else (None, "must be a whole number")
    if kind == "number":
        return (Decimal(cell), "") if _NUMBER.match(cell) else (None, "must be a number")
    if kind == "flag":
        flag = _FLAGS.get(cell.lower())
        return flag, "" if flag is not None else "must be t or f"
    words = column.words
    if words is None:
        return _printable(cell), ""
    word = words.get(cell) or words.get(cell.lower())
    if word:
        return word, ""
    hint = did_you_mean(cell.lower(), words) or f" ({', '.join(sorted(words))})"
    return None, f"is not a {kind} that is known{hint}"
