"""One page's look at the marts: everything that it asks is answered from the same build.

Of a DuckDB file this is a copy of the last build that ended (`reading_file`): pages and builds do not wait for each
other.
Of PostgreSQL it is one transaction that reads only, with the role of whoever looks where one is asked for
(`reading_server`).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from measuremart.warehouse.dbt import WarehouseError, failed
from measuremart.warehouse.marts import PERSON, Marts, layers_of, schemas_of
from measuremart.warehouse.profile import duckdb_file_and_schema, missing, postgres_connection
from measuremart.warehouse.reading_file import FileCopies
from measuremart.warehouse.reading_server import ServerPool, build_of
from measuremart.warehouse.refreshing import RefreshingError

__all__ = ["Reading", "Readings", "RefreshingError"]

_REF = re.compile(r"\{\{ ref\('(\w+)'\) \}\}")
_TABLES = "select table_schema, table_name from information_schema.tables"
# PostgreSQL's manual, appendix A: an undefined table, a deadlock with whoever drops it, an OID that is gone (XX000).
_REPLACED = ("42P01", "40P01", "XX000")
# Connections to a server that a process has at most, where nobody says another number.
CONNECTIONS = 8


@dataclass(frozen=True)
class Reading(Marts):
    """The marts, held open for one page. `build` names the build that they are of; `asked` are the queries so far."""

    build: str = ""
    cursor: Any = None
    schemas: Mapping[str, str | None] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Return the rows of a query of relations of any layer, each named by `ref()`. Raises `WarehouseError`."""
        self.asked.append(sql)
        return self._rows(_REF.sub(lambda ref: self._place(ref[1]), sql))

    def rows_of_person(self, queries: Mapping[str, str], person: int) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of each query, in which `PERSON` is the person. Raises `WarehouseError`."""
        try:
            return {name: self.rows(sql.replace(PERSON, str(int(person)))) for name, sql in queries.items()}
        except WarehouseError as error:  # a database may show the query that it could not answer
            raise WarehouseError(str(error).replace(str(person), "...")) from None

    def has(self, relation: str) -> bool:
        """Say whether there is a relation of that name."""
        return self.schemas.get(relation) is not None

    def _place(self, relation: str) -> str:
        schema = self.schemas.get(relation)
        if schema is None:
            raise WarehouseError(f"{relation} is not built there: is its pack in the dbt variable 'packs'?")
        return f'"{schema}"."{relation}"'

    def _rows(self, sql: str) -> list[dict[str, Any]]:
        try:
            self.cursor.execute(sql)
        except Exception as error:  # of DuckDB or of psycopg: the classes have no more in common
            if getattr(error, "sqlstate", None) in _REPLACED:  # it was there when the schemas were read
                raise RefreshingError("a build replaces a relation") from None
            raise failed(str(error)) from None
        names = [column[0] for column in self.cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in self.cursor.fetchall()]


class Readings:
    """Opens the marts of a project, page by page. Safe to use from several threads."""

    def __init__(
        self, project: Path, profiles_dir: Path | None, target: str | None, connections: int = CONNECTIONS
    ) -> None:
        """Raise `WarehouseError` where the target is neither plainly a DuckDB file nor plainly a PostgreSQL server."""
        self._where = (project, profiles_dir, target)
        file, server = duckdb_file_and_schema(*self._where), None
        if file is None:
            server = postgres_connection(*self._where)
        if file is None and server is None:
            raise WarehouseError(
                missing(*self._where) or "the pages read a DuckDB file or PostgreSQL: this target is plainly neither"
            )
        self._copies = None if file is None else FileCopies(file[0])
        self._pool = None if server is None else ServerPool(server[0], connections)
        self._schema = file[1] if file else server[1] if server else ""
        self._lock = threading.Lock()
        self._known: tuple[str, Mapping[str, str | None]] = ("", {})

    @contextmanager
    def open(self, role: str | None = None) -> Iterator[Reading]:
        """Hold the marts open; `role` is the role of PostgreSQL to ask as.

        Raises `WarehouseError`; `RefreshingError` where a build changed the marts meanwhile: ask again.
        """
        with self._from_server(role) if self._pool else self._from_file() as reading:
            yield reading

    def close(self) -> None:
        """Give back what is held: connections, and the copy of a file. A page that is open goes on."""
        for held in (self._copies, self._pool):
            if held is not None:
                held.close()

    @contextmanager
    def _from_file(self) -> Iterator[Reading]:
        assert self._copies is not None
        if not self._copies.is_there():
            raise WarehouseError(missing(*self._where) or "the project is not built")
        with self._copies.cursor() as (build, cursor):
            yield self._reading(build, cursor)

    @contextmanager
    def _from_server(self, role: str | None) -> Iterator[Reading]:
        assert self._pool is not None
        with self._pool.cursor(role) as cursor:
            build = build_of(cursor, self._schema)
            try:
                yield self._reading(f"{build}{role or ''}", cursor)
            finally:  # also where something was not found: it may be there again in a moment
                if not self._pool.has_failed(cursor) and build_of(cursor, self._schema) != build:
                    raise RefreshingError("a build replaced relations while they were read") from None

    def _reading(self, build: str, cursor: Any) -> Reading:
        """Return the reading; where relations are is asked once a build."""
        with self._lock:
            known, schemas = self._known
        if known != build:
            cursor.execute(_TABLES)
            schemas = schemas_of(cursor.fetchall(), self._schema, layers_of(self._where[0]))
            with self._lock:
                self._known = (build, schemas)
        return Reading(*self._where, build=build, cursor=cursor, schemas=schemas)
