"""One page's look at the marts: everything that it asks is answered from the same build.

Of a DuckDB file this is a connection that reads only, opened for one page: while it is open no build can write to the
file, and while a build writes no page can be read (`RefreshingError`). Of PostgreSQL it is one transaction that reads
only, with one snapshot and, where asked, the role of whoever looks.
"""

from __future__ import annotations

import hashlib
import os
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

_REF = re.compile(r"\{\{ ref\('(\w+)'\) \}\}")
_ROLE = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_LOCKED = re.compile(r"Could not set lock|different configuration", re.IGNORECASE)
_AT_ONCE = 8  # connections to a server
_SECONDS = 20  # that a query of a server may take
# The threads: what DuckDB 2.0 answers wrongly (docs/decisions/0007) needs more than two. Nothing but the file is read.
_SETTINGS: dict[str, Any] = {"threads": 1, "enable_external_access": False, "lock_configuration": True}
# A file beside the database, of its name and this: no page opens the database, so that a build can begin.
WAITS = ".refresh"
_TABLES = "select table_schema, table_name from information_schema.tables"
# dbt makes a relation anew with each build: which relations there are, by their numbers, names a build.
_BUILD = """
select md5(string_agg(class.oid::text, ',' order by class.oid))
from pg_catalog.pg_class as class
inner join pg_catalog.pg_namespace as namespace on class.relnamespace = namespace.oid
where namespace.nspname = '{schema}_marts'
"""


_UNDEFINED_TABLE = "42P01"  # PostgreSQL's manual, appendix A


class RefreshingError(WarehouseError):
    """A build writes to the database now: the same question has an answer when it has ended."""


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
        except Exception as error:  # of DuckDB or of psycopg2: the classes have no more in common
            if getattr(error, "pgcode", None) == _UNDEFINED_TABLE:  # it was there when the schemas were read
                raise RefreshingError("a build replaces a relation") from None
            raise failed(str(error)) from None
        names = [column[0] for column in self.cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in self.cursor.fetchall()]


class Readings:
    """Opens the marts of a project, page by page. Safe to use from several threads."""

    def __init__(self, project: Path, profiles_dir: Path | None, target: str | None) -> None:
        """Raise `WarehouseError` where the target is neither plainly a DuckDB file nor plainly a PostgreSQL server."""
        self._where = (project, profiles_dir, target)
        self._file = duckdb_file_and_schema(project, profiles_dir, target)
        self._server = None if self._file else postgres_connection(project, profiles_dir, target)
        if self._file is None and self._server is None:
            raise WarehouseError(
                missing(project, profiles_dir, target)
                or "the pages read a DuckDB file or PostgreSQL: this target is plainly neither"
            )
        self._seats = threading.BoundedSemaphore(_AT_ONCE)
        self._lock = threading.Lock()
        self._known: tuple[str, Mapping[str, str | None]] = ("", {})

    @contextmanager
    def open(self, role: str | None = None) -> Iterator[Reading]:
        """Hold the marts open; `role` is the role of PostgreSQL to ask as. Raises `WarehouseError`."""
        with self._from_server(role) if self._server else self._from_file() as reading:
            yield reading

    @contextmanager
    def _from_file(self) -> Iterator[Reading]:
        import duckdb

        assert self._file is not None
        file, schema = self._file
        if file.with_name(f"{file.name}{WAITS}").exists():
            raise RefreshingError("a build is about to write to the database")
        if not file.exists():
            raise WarehouseError(missing(*self._where) or "the project is not built")
        try:
            connection = duckdb.connect(str(file), read_only=True, config=_SETTINGS)
        except duckdb.Error as error:
            if _LOCKED.search(str(error)):
                raise RefreshingError("a build writes to the database") from None
            raise failed(str(error)) from None
        try:
            # Read after the file is held: no build can change it any more.
            found = os.stat(file)
            build = hashlib.sha256(f"{found.st_mtime_ns} {found.st_size} {found.st_ino}".encode()).hexdigest()[:20]
            yield self._reading(build, connection, schema)
        finally:
            connection.close()

    @contextmanager
    def _from_server(self, role: str | None) -> Iterator[Reading]:
        import psycopg2

        assert self._server is not None
        if role is not None and not _ROLE.fullmatch(role):
            raise WarehouseError("the role of the database is not a plain name")
        arguments, schema = self._server
        with self._seats:
            try:
                connection = psycopg2.connect(**arguments, connect_timeout=10, application_name="measuremart serve")
            except psycopg2.Error:
                raise WarehouseError("the database server does not answer") from None
            try:
                # Not one snapshot for all statements: a table that dbt replaces after it would be found, and be empty.
                connection.set_session(isolation_level="READ COMMITTED", readonly=True)
                cursor = connection.cursor()
                cursor.execute(f"set local statement_timeout = {_SECONDS * 1000}")
                if role is not None:
                    cursor.execute(f'set local role "{role}"')
                build = _build_of(cursor, schema)
                yield self._reading(f"{build}{role or ''}", cursor, schema)
                in_error = connection.info.transaction_status == psycopg2.extensions.TRANSACTION_STATUS_INERROR
                if not in_error and _build_of(cursor, schema) != build:
                    raise RefreshingError("a build replaced relations while they were read")
            except psycopg2.Error as error:
                raise failed(str(error)) from None
            finally:
                connection.close()

    def _reading(self, build: str, cursor: Any, schema: str) -> Reading:
        """Return the reading; where relations are is asked once a build."""
        with self._lock:
            known, schemas = self._known
        if known != build:
            cursor.execute(_TABLES)
            schemas = schemas_of(cursor.fetchall(), schema, layers_of(self._where[0]))
            with self._lock:
                self._known = (build, schemas)
        return Reading(*self._where, build=build, cursor=cursor, schemas=schemas)


def _build_of(cursor: Any, schema: str) -> str:
    """Return the name of the build that the marts are of."""
    cursor.execute(_BUILD.format(schema=schema))
    return (cursor.fetchone() or ("",))[0] or ""
