"""Batches of rows to files: one parquet file or one CSV file per table."""

from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.synthetic_omop.build import Tables
from benchmarks.synthetic_omop.schema import DATE, DATETIME, ID, INT, NUMBER, TABLES, TEXT
from benchmarks.synthetic_omop.store import NULL, Column, typed

ARROW = {
    ID: pa.int64(),
    INT: pa.int32(),
    NUMBER: pa.float64(),
    DATE: pa.date32(),
    DATETIME: pa.timestamp("s"),
    TEXT: pa.string(),
}


class ParquetFolder:
    """Writes each table to `<folder>/<table>.parquet`, one row group or more per batch."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._writers = {table: pq.ParquetWriter(folder / f"{table}.parquet", _arrow_schema(table)) for table in TABLES}

    def write(self, tables: Tables) -> None:
        """Append a batch."""
        for table, columns in tables.items():
            schema = _arrow_schema(table)
            arrays = [_arrow(columns[name], kind) for name, kind in TABLES[table]]
            self._writers[table].write_table(pa.Table.from_arrays(arrays, schema=schema))

    def close(self) -> None:
        """Finish the files."""
        for writer in self._writers.values():
            writer.close()


class CsvFolder:
    """Writes each table to `<folder>/<prefix><table>.csv`; nothing between two commas is null."""

    def __init__(self, folder: Path, prefix: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._files: dict[str, IO[str]] = {}
        for table, columns in TABLES.items():
            self._files[table] = (folder / f"{prefix}{table}.csv").open("w", encoding="utf-8", newline="\n")
            self._files[table].write(",".join(name for name, _ in columns) + "\n")

    def write(self, tables: Tables) -> None:
        """Append a batch."""
        for table, columns in tables.items():
            texts = [_texts(columns[name], kind) for name, kind in TABLES[table]]
            self._files[table].writelines(",".join(row) + "\n" for row in zip(*texts, strict=True))

    def close(self) -> None:
        """Finish the files."""
        for file in self._files.values():
            file.close()


def _arrow_schema(table: str) -> pa.Schema:
    return pa.schema([(name, ARROW[kind]) for name, kind in TABLES[table]])


def _arrow(values: Column, kind: str) -> pa.Array:
    if kind in (DATE, DATETIME):
        return pa.array(typed(values, kind)).cast(ARROW[kind])
    absent: Any = np.isnan(values) if kind == NUMBER else values == ("" if kind == TEXT else NULL)
    return pa.array(values, mask=absent).cast(ARROW[kind])


def _texts(values: Column, kind: str) -> list[str]:
    if kind == TEXT:
        return [f'"{text}"' if "," in text else text for text in values.tolist()]
    if kind == NUMBER:
        return ["" if number != number else f"{number:g}" for number in values.tolist()]
    if kind in (DATE, DATETIME):
        texts: list[str] = np.datetime_as_string(typed(values, kind)).tolist()
        return ["" if text == "NaT" else text.replace("T", " ") for text in texts]
    return ["" if number == NULL else str(number) for number in values.tolist()]
