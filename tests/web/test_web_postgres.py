"""PostgreSQL: no page of two builds, in the role of whoever asks, read only, and a name for each build."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import yaml
from measuremart.warehouse.dbt import WarehouseError
from measuremart.warehouse.reading import Readings, RefreshingError
from psycopg2.extensions import parse_dsn

SCHEMA, ROLE = "web_of_test", "web_reader_of_test"


@pytest.fixture
def owner(postgres_dsn: str) -> Iterator[Any]:
    connection = psycopg2.connect(postgres_dsn)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"create schema {SCHEMA}_marts")
        cursor.execute(f"create table {SCHEMA}_marts.seen as select 1 as n, '100%' as text")
        cursor.execute(f"create table {SCHEMA}_marts.secret as select 1 as n")
        cursor.execute(f"create role {ROLE}")
        cursor.execute(f"grant usage on schema {SCHEMA}_marts to {ROLE}")
        cursor.execute(f"grant select on {SCHEMA}_marts.seen to {ROLE}")
        try:
            yield cursor
        finally:
            cursor.execute(f"drop schema {SCHEMA}_marts cascade")
            cursor.execute(f"drop role {ROLE}")
    connection.close()


@pytest.fixture
def readings(postgres_dsn: str, owner: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Readings:
    at = parse_dsn(postgres_dsn)
    monkeypatch.setenv("WEB_OF_TEST_PASSWORD", at.get("password", "none"))
    output = {
        "type": "postgres",
        "host": at.get("host", "127.0.0.1"),
        "port": f"{{{{ env_var('WEB_OF_TEST_PORT', '{at.get('port', '5432')}') | as_number }}}}",
        "user": at.get("user", os.environ.get("USER", "postgres")),
        "password": "{{ env_var('WEB_OF_TEST_PASSWORD') }}",
        "dbname": at.get("dbname", "postgres"),
        "schema": SCHEMA,
    }
    (tmp_path / "dbt_project.yml").write_text("name: measuremart\nprofile: p\n")
    (tmp_path / "profiles.yml").write_text(yaml.safe_dump({"p": {"target": "x", "outputs": {"x": output}}}))
    return Readings(tmp_path, tmp_path, "x")


def replace_seen(owner: Any) -> None:
    """Make the table anew beside the old one and rename it, as dbt does."""
    owner.execute(f"create table {SCHEMA}_marts.new as select * from {SCHEMA}_marts.seen")
    owner.execute(f"drop table {SCHEMA}_marts.seen")
    owner.execute(f"alter table {SCHEMA}_marts.new rename to seen")


def test_no_page_is_made_of_two_builds_postgres(readings: Readings, owner: Any) -> None:
    count = "select count(*) as n from {{ ref('seen') }}"
    with readings.open() as reading:
        before = reading.build
        assert reading.rows(count) == [{"n": 1}]
        assert reading.rows("select text from {{ ref('seen') }}") == [{"text": "100%"}]
    with readings.open() as reading:
        assert reading.build == before

    def read_while_replaced() -> None:
        with readings.open() as reading:
            replace_seen(owner)
            # in one snapshot with what was read before, the new table would be empty
            assert reading.rows(count) == [{"n": 1}]

    with pytest.raises(RefreshingError):
        read_while_replaced()
    with readings.open() as reading:
        assert reading.build != before


def test_a_relation_that_a_build_has_removed_is_being_refreshed_postgres(readings: Readings, owner: Any) -> None:
    with readings.open() as reading:
        assert reading.has("seen")

    def read_what_is_gone() -> None:
        with readings.open() as reading:
            owner.execute(f"drop table {SCHEMA}_marts.seen")
            reading.rows("select n from {{ ref('seen') }}")

    with pytest.raises(RefreshingError):
        read_what_is_gone()


def test_a_role_sees_what_it_was_granted_postgres(readings: Readings) -> None:
    with readings.open(ROLE) as reading:
        assert reading.rows("select n from {{ ref('seen') }}") == [{"n": 1}]
        with pytest.raises(WarehouseError):
            reading.rows("select n from {{ ref('secret') }}")
    with readings.open() as reading:
        assert reading.rows("select n from {{ ref('secret') }}") == [{"n": 1}]
    for role in ("no_such_role", "x; drop table y", 'x"'):
        with pytest.raises(WarehouseError), readings.open(role):
            pass


def test_nothing_is_written_postgres(readings: Readings) -> None:
    with readings.open() as reading, pytest.raises(WarehouseError):
        reading.rows("delete from {{ ref('seen') }} returning n")


def test_the_password_is_in_no_error_postgres(readings: Readings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "_server", ({"host": "127.0.0.1", "port": "1", "password": "hunter2"}, SCHEMA))
    with pytest.raises(WarehouseError) as refused, readings.open():
        pass
    assert "hunter2" not in str(refused.value)
