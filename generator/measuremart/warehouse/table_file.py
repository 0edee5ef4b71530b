"""A DuckDB file of a few tables, written whole: nothing is in it but the rows that are given."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measuremart.warehouse.dbt import WarehouseError


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its rows; `columns` are names, contract types and descriptions."""

    name: str
    description: str
    columns: Sequence[tuple[str, str, str]]
    rows: Iterable[Mapping[str, Any]]


def write_tables(path: Path, tables: Iterable[Table]) -> None:
    """Write a DuckDB file in the place of the one that is there, in one step; readers who have that open keep it.

    The file is never changed in place: DuckDB leaves deleted rows in a file until their space is used again. It is
    made read only. Raises `OSError` and `WarehouseError`.
    """
    import duckdb  # here only: what needs no database should not wait for it

    path.parent.mkdir(parents=True, exist_ok=True)
    stage = path.parent / f".{path.name}.{os.getpid()}"
    try:
        with duckdb.connect(str(stage), config={"threads": 1}) as connection:
            for table in tables:
                _write(connection, table)
            connection.execute("checkpoint")
        with stage.open("rb") as written:
            os.fsync(written.fileno())
        stage.chmod(stage.stat().st_mode & ~0o222)
        stage.replace(path)
    except duckdb.Error:  # its message may show a row
        raise WarehouseError(f"{path} could not be written as a DuckDB file") from None
    finally:
        for left in (stage, stage.with_name(f"{stage.name}.wal")):
            left.unlink(missing_ok=True)


def _write(connection: Any, table: Table) -> None:
    columns = ", ".join(f'"{name}" {"varchar" if kind == "string" else kind}' for name, kind, _ in table.columns)
    connection.execute(f'create table "{table.name}" ({columns})')
    connection.execute(f'comment on table "{table.name}" is {_text(table.description)}')
    for name, _, description in table.columns:
        connection.execute(f'comment on column "{table.name}"."{name}" is {_text(description)}')
    rows = list(table.rows)
    if rows:
        # A list a column: a statement a row takes a hundred times as long.
        values = ", ".join(
            f"cast(unnest(cast(? as varchar[])) as {'varchar' if kind == 'string' else kind})"
            for _, kind, _ in table.columns
        )
        told = [[None if row[name] is None else str(row[name]) for row in rows] for name, _, _ in table.columns]
        connection.execute(f'insert into "{table.name}" select {values}', told)


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
