"""The databases of the laboratory: load tables, read tables, and say to dbt where they are."""

import os
import shutil
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from lab.cases import Table


class Engine(ABC):
    """One empty database, or schema, that a laboratory owns."""

    name: str
    _marker: str  # of a parameter in a statement

    @abstractmethod
    def profile(self) -> dict[str, Any]:
        """Return dbt's connection to it."""

    @abstractmethod
    def execute(self, sql: str, values: list[Any] | None = None) -> None:
        """Run a statement."""

    @abstractmethod
    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""

    @abstractmethod
    def columns(self, name: str) -> list[tuple[str, str]]:
        """Return (name, type) of a relation's columns, in order."""

    @abstractmethod
    def begin(self) -> None:
        """Begin a transaction."""

    @abstractmethod
    def rollback(self) -> None:
        """Undo everything since it began."""

    @abstractmethod
    def release(self) -> None:
        """Commit what was begun, and let another process in."""

    @abstractmethod
    def close(self) -> None:
        """Leave nothing behind."""

    def load(self, table: Table, name: str) -> None:
        """Create an input table with its rows."""
        columns = ", ".join(f"{column} {kind}" for column, kind in table.columns.items())
        self.execute(f"create table {name} ({columns})")
        if table.rows:
            group = f"({', '.join([self._marker] * len(table.columns))})"
            groups = ", ".join([group] * len(table.rows))
            values = [row.get(column) for row in table.rows for column in table.columns]
            self.execute(f"insert into {name} ({', '.join(table.columns)}) values {groups}", values)

    def read(self, name: str, columns: Iterable[str]) -> list[tuple[Any, ...]]:
        """Return all rows of a relation."""
        return self.rows(f"select {', '.join(columns)} from {name}")


class DuckDbEngine(Engine):
    """A DuckDB file, or memory where nothing but this process reads it."""

    name = "duckdb"
    _marker = "?"

    def __init__(self, folder: Path | None = None) -> None:
        self._path = ":memory:" if folder is None else str(folder / f"laboratory_{uuid.uuid4().hex[:8]}.duckdb")
        self._open: duckdb.DuckDBPyConnection | None = None

    def profile(self) -> dict[str, Any]:
        return {"type": "duckdb", "path": self._path, "schema": "main", "threads": 1, "settings": {"threads": 1}}

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The open connection; one thread, because the tables are tiny."""
        if self._open is None:
            config = {"threads": 1, "disabled_optimizers": "top_n_window_elimination"}
            self._open = duckdb.connect(self._path, config=config)
        return self._open

    def execute(self, sql: str, values: list[Any] | None = None) -> None:
        self.connection.execute(sql, values)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def columns(self, name: str) -> list[tuple[str, str]]:
        return [(row[0], row[1].lower()) for row in self.rows(f"describe {name}")]

    def begin(self) -> None:
        self.execute("begin")

    def rollback(self) -> None:
        self.execute("rollback")

    def release(self) -> None:
        self.execute("commit")
        self._disconnect()

    def close(self) -> None:
        self._disconnect()
        for path in (self._path, f"{self._path}.wal"):
            Path(path).unlink(missing_ok=True)

    def _disconnect(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


class PostgresEngine(Engine):
    """A schema of its own in a PostgreSQL database; dropped at the end."""

    name = "postgres"
    _marker = "%s"

    def __init__(self, dsn: str) -> None:
        import psycopg2  # only where PostgreSQL is used

        self._connection = psycopg2.connect(dsn)
        self._parameters = self._connection.info
        self.schema = f"lab_{uuid.uuid4().hex[:8]}"
        self.execute(f"create schema {self.schema}")
        self.execute(f"set search_path to {self.schema}")
        self.execute("set client_min_messages to warning")
        self._connection.commit()

    def profile(self) -> dict[str, Any]:
        parameters = self._parameters
        return {
            "type": "postgres",
            "host": parameters.host,
            "port": parameters.port,
            "user": parameters.user,
            "password": parameters.password or "",
            "dbname": parameters.dbname,
            "schema": self.schema,
            "threads": 1,
        }

    def execute(self, sql: str, values: list[Any] | None = None) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(sql, values)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def columns(self, name: str) -> list[tuple[str, str]]:
        return self.rows(
            "select attname, format_type(atttypid, atttypmod) from pg_attribute "
            f"where attrelid = '{name}'::regclass and attnum > 0 and not attisdropped order by attnum"
        )

    def begin(self) -> None:
        """Do nothing: psycopg2 begins by itself."""

    def rollback(self) -> None:
        self._connection.rollback()

    def release(self) -> None:
        self._connection.commit()

    def close(self) -> None:
        if self._connection.closed:
            return
        self._connection.rollback()
        # A laboratory of hundreds of cases has more tables than one transaction may lock: drop them in groups.
        names = self.rows(f"select tablename from pg_tables where schemaname = '{self.schema}'")
        for start in range(0, len(names), 200):
            group = ", ".join(f"{self.schema}.{name}" for (name,) in names[start : start + 200])
            self.execute(f"drop table {group} cascade")
            self._connection.commit()
        self.execute(f"drop schema {self.schema} cascade")
        self._connection.commit()
        self._connection.close()


def environment() -> dict[str, str]:
    """Return the environment of a dbt process: nobody else's settings."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("DBT_", "PG"))}


def remove(folder: Path) -> None:
    """Remove a folder and what is in it."""
    shutil.rmtree(folder, ignore_errors=True)
