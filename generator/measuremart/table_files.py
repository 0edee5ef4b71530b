"""Rows of texts as CSV or Parquet files, each value as its contract type is written."""

from __future__ import annotations

import datetime as dt
import importlib
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from measuremart.warehouse.dbt import WarehouseError

_PAGE = 10_000
_DECIMAL = re.compile(r"numeric\((\d+), ?(\d+)\)")


def csv_line(values: Sequence[str | None], is_text: Sequence[bool]) -> str:
    """Return a line of CSV: texts always in quotes, null bare and empty, so that an empty text is not null."""
    cells = []
    for value, quoted in zip(values, is_text, strict=True):
        if value is None:
            cells.append("")
        else:
            cells.append('"' + value.replace('"', '""') + '"' if quoted else value)
    return ",".join(cells) + "\n"


class CsvFile:
    """A CSV file with a header; UTF-8, lines end in a line feed."""

    def __init__(self, path: Path, columns: Sequence[tuple[str, str]]) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._is_text = [kind == "string" for _, kind in columns]
        self._file.write(csv_line([name for name, _ in columns], self._is_text))

    def add(self, row: list[str | None]) -> None:
        """Write one row."""
        self._file.write(csv_line(row, self._is_text))

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class ParquetFile:
    """A Parquet file of the columns' contract types. Raises `WarehouseError` where pyarrow is not installed."""

    def __init__(self, path: Path, columns: Sequence[tuple[str, str]]) -> None:
        try:
            self._arrow: Any = importlib.import_module("pyarrow")
            parquet: Any = importlib.import_module("pyarrow.parquet")
        except ImportError:
            text = "Parquet from this engine needs pyarrow: pip install pyarrow, or say --format csv"
            raise WarehouseError(text) from None
        self._read = [_reader(kind) for _, kind in columns]
        self._schema = self._arrow.schema([(name, self._type(kind)) for name, kind in columns])
        self._writer = parquet.ParquetWriter(path, self._schema, compression="zstd")
        self._rows: list[list[Any]] = []

    def add(self, row: list[str | None]) -> None:
        """Write one row, in pages."""
        self._rows.append([None if v is None else read(v) for v, read in zip(row, self._read, strict=True)])
        if len(self._rows) >= _PAGE:
            self._flush()

    def close(self) -> None:
        """Finish the file."""
        if self._writer.is_open:
            self._flush()
            self._writer.close()

    def _flush(self) -> None:
        if self._rows:
            arrays = [
                self._arrow.array(values, type=column.type)
                for values, column in zip(zip(*self._rows, strict=True), self._schema, strict=True)
            ]
            self._writer.write_batch(self._arrow.record_batch(arrays, schema=self._schema))
            self._rows = []

    def _type(self, kind: str) -> Any:
        found = _DECIMAL.fullmatch(kind)
        if found:
            return self._arrow.decimal128(int(found[1]), int(found[2]))
        plain = {"bigint": "int64", "date": "date32", "boolean": "bool_", "string": "string"}
        return getattr(self._arrow, plain[kind])()


def _reader(kind: str) -> Callable[[str], Any]:
    plain: dict[str, Callable[[str], Any]] = {
        "bigint": int,
        "date": dt.date.fromisoformat,
        "boolean": lambda text: text == "true",
        "string": str,
    }
    return plain.get(kind, Decimal)
