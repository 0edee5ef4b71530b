"""What tests need that let dbt build on PostgreSQL: the profile's environment, and schemas that go away."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from psycopg2.extensions import parse_dsn

Rows = list[tuple[Any, ...]]


def environment(dsn: str, schema: str) -> dict[str, str]:
    """The variables of profiles.example.yml for this database and schema."""
    at = parse_dsn(dsn)
    return {
        "MEASUREMART_POSTGRES_HOST": at.get("host", "127.0.0.1"),
        "MEASUREMART_POSTGRES_PORT": at.get("port", "5432"),
        "MEASUREMART_POSTGRES_USER": at.get("user", os.environ.get("USER", "postgres")),
        "MEASUREMART_POSTGRES_PASSWORD": at.get("password", ""),
        "MEASUREMART_POSTGRES_DATABASE": at.get("dbname", "postgres"),
        "MEASUREMART_POSTGRES_SCHEMA": schema,
    }


@contextmanager
def postgres_schemas(dsn: str, schema: str) -> Iterator[Any]:
    """A function from SQL to rows, in which `marts.x` is found as `<schema>_marts.x`; the schemas go at the end."""
    connection = psycopg2.connect(dsn)
    connection.autocommit = True

    def rows(sql: str) -> Rows:
        for layer in ("marts", "results", "reports", "staging"):
            sql = sql.replace(f" {layer}.", f" {schema}_{layer}.")
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall()) if cursor.description else []

    try:
        yield rows
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select nspname from pg_namespace where nspname like %s", [f"{schema}%"])
            for (found,) in cursor.fetchall():
                cursor.execute(f"drop schema {found} cascade")
        connection.close()
