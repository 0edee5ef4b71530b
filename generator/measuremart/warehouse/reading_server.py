"""Connections to PostgreSQL that pages share: as many as one says, each page in a transaction and a role of its own."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from measuremart.warehouse.dbt import WarehouseError, failed

_ROLE = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_SECONDS = 20  # that a query may take
_WAIT = 15.0  # seconds that a page waits for a connection
# dbt makes a relation anew with each build: which relations there are, by their numbers, names a build.
_BUILD = """
select md5(string_agg(class.oid::text, ',' order by class.oid))
from pg_catalog.pg_class as class
inner join pg_catalog.pg_namespace as namespace on class.relnamespace = namespace.oid
where namespace.nspname = '{schema}_marts'
"""


class ServerPool:
    """A pool of connections that read only. Safe to use from several threads."""

    def __init__(self, arguments: Mapping[str, Any], connections: int) -> None:
        """Open nothing yet. `arguments` are those of libpq."""
        self._arguments, self._connections = arguments, connections
        self._lock = threading.Lock()
        self._pool: Any = None

    @contextmanager
    def cursor(self, role: str | None) -> Iterator[Any]:
        """Give a cursor in a transaction; `role` is set for this transaction alone. Raises `WarehouseError`."""
        import psycopg
        from psycopg_pool import PoolTimeout

        if role is not None and not _ROLE.fullmatch(role):
            raise WarehouseError("the role of the database is not a plain name")
        try:
            with self._opened().connection(timeout=_WAIT) as connection, connection.cursor() as cursor:
                # `local`: what one page sets is gone before the next one has the connection.
                cursor.execute(f"set local statement_timeout = {_SECONDS * 1000}")
                if role is not None:
                    cursor.execute(f'set local role "{role}"')
                yield cursor
        except PoolTimeout:
            raise WarehouseError("the database server does not answer, or all connections are busy") from None
        except psycopg.Error as error:
            raise failed(str(error)) from None

    def has_failed(self, cursor: Any) -> bool:
        """Say whether a query of the transaction failed: nothing more can be asked in it."""
        from psycopg.pq import TransactionStatus

        return bool(cursor.connection.info.transaction_status == TransactionStatus.INERROR)

    def close(self) -> None:
        """Close the connections that no page has, and the others when their page is done."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close(timeout=5)

    def _opened(self) -> Any:
        from psycopg_pool import ConnectionPool

        with self._lock:
            if self._pool is None:
                given = dict(self._arguments) | {"connect_timeout": 10, "application_name": "measuremart serve"}
                self._pool = ConnectionPool(
                    # A plan that is kept on the server would outlive the relations that a build replaces.
                    kwargs=given | {"prepare_threshold": None},
                    min_size=1,
                    max_size=self._connections,
                    max_idle=300,
                    configure=_configure,
                    check=ConnectionPool.check_connection,
                    open=True,
                    name="measuremart",
                )
            return self._pool


def _configure(connection: Any) -> None:
    """Let a connection read only. No snapshot for all statements: a table that dbt replaces later would be empty."""
    from psycopg import IsolationLevel

    connection.read_only = True
    connection.isolation_level = IsolationLevel.READ_COMMITTED


def build_of(cursor: Any, schema: str) -> str:
    """Return the name of the build that the marts are of."""
    cursor.execute(_BUILD.format(schema=schema))
    return (cursor.fetchone() or ("",))[0] or ""
