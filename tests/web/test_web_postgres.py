"""PostgreSQL: no page of two builds, in the role of whoever asks, read only, and a name for each build."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import yaml
from fastapi import APIRouter, FastAPI
from measuremart.warehouse import reading_server
from measuremart.warehouse.dbt import WarehouseError
from measuremart.warehouse.reading import Readings, RefreshingError
from measuremart.warehouse.reading_server import ServerPool
from measuremart.web.again import AgainRoute
from psycopg2.extensions import parse_dsn
from starlette.testclient import TestClient

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


Make = Callable[[int], Readings]


@pytest.fixture
def readings(make: Make) -> Readings:
    return make(2)


@pytest.fixture
def make(postgres_dsn: str, owner: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Readings with a number of connections."""
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
    made: list[Readings] = []

    def of(connections: int) -> Readings:
        made.append(Readings(tmp_path, tmp_path, "x", connections))
        return made[-1]

    yield of
    for one in made:
        one.close()


def replace_seen(owner: Any) -> None:
    """Make the table anew beside the old one, and rename it in one transaction, as dbt does."""
    owner.execute(f"create table {SCHEMA}_marts.new as select * from {SCHEMA}_marts.seen")
    owner.execute(f"drop table {SCHEMA}_marts.seen; alter table {SCHEMA}_marts.new rename to seen")


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


def test_the_password_is_in_no_error_postgres(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(reading_server, "_WAIT", 0.5)
    pool = ServerPool({"host": "127.0.0.1", "port": "1", "password": "hunter2"}, 1)
    with pytest.raises(WarehouseError, match="does not answer") as refused, pool.cursor(None):
        pass
    pool.close()
    assert "hunter2" not in str(refused.value) + caplog.text


def connected(owner: Any) -> int:
    """How many connections the server of pages has."""
    owner.execute("select count(*) from pg_stat_activity where application_name = 'measuremart serve'")
    return int(owner.fetchone()[0])


def test_a_role_is_of_one_page_alone_postgres(make: Make) -> None:
    """All pages have the same connection: the role, and what else is set, ends with the page, also with one that fails."""
    readings = make(1)
    who = "select current_user as n, current_setting('statement_timeout') as t"
    with readings.open() as reading:
        (before,) = reading.rows(who)
    for fails in (False, True):
        with suppress(ZeroDivisionError), readings.open(ROLE) as reading:
            assert reading.rows(who)[0]["n"] == ROLE
            if fails:
                raise ZeroDivisionError
        with readings.open() as reading:
            assert reading.rows(who) == [before]
            assert reading.rows("select n from {{ ref('secret') }}") == [{"n": 1}]
        with readings.open(ROLE) as reading, pytest.raises(WarehouseError):
            reading.rows("select n from {{ ref('secret') }}")
    with pytest.raises(WarehouseError), readings.open("no_such_role"):
        pass
    with readings.open() as reading:
        assert reading.rows(who) == [before]


def test_fifty_readers_share_the_connections_postgres(make: Make, owner: Any) -> None:
    readings, most = make(3), 0
    with ThreadPoolExecutor(50) as pool:

        def look() -> int:
            with readings.open() as reading:
                return int(reading.rows("select n, pg_sleep(0.01) from {{ ref('seen') }}")[0]["n"])

        looks = [pool.submit(look) for _ in range(150)]
        while not all(looked.done() for looked in looks):
            most = max(most, connected(owner))
        assert [looked.result() for looked in looks] == [1] * 150
    assert 1 <= most <= 3
    readings.close()
    for _ in range(500):
        if connected(owner) == 0:
            break
    assert connected(owner) == 0
    with readings.open() as reading:  # whoever asks after that gets new ones
        assert reading.rows("select n from {{ ref('seen') }}") == [{"n": 1}]


def test_a_connection_that_the_server_ended_is_replaced_postgres(make: Make, owner: Any) -> None:
    readings = make(2)
    with readings.open():
        pass
    owner.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'measuremart serve'")
    with readings.open() as reading:
        assert reading.rows("select n from {{ ref('seen') }}") == [{"n": 1}]


def test_a_page_that_a_build_disturbs_is_made_again_postgres(make: Make, owner: Any) -> None:
    """Pages go on while a build replaces a mart again and again: none fails, none is empty."""
    readings, app = make(4), FastAPI()
    router = APIRouter(route_class=AgainRoute)

    @router.get("/")
    def page() -> dict[str, int]:
        with readings.open() as reading:
            return {"n": len(reading.rows("select n, pg_sleep(0.02) from {{ ref('seen') }}"))}

    app.include_router(router)
    made: list[tuple[int, Any]] = []
    stop = threading.Event()

    def look() -> None:
        with TestClient(app) as client:
            while not stop.is_set():
                answer = client.get("/")
                made.append((answer.status_code, answer.json()))

    with ThreadPoolExecutor(4) as pool:
        looks = [pool.submit(look) for _ in range(4)]
        for _ in range(30):
            replace_seen(owner)
            time.sleep(0.06)
        stop.set()
        for looked in looks:
            looked.result()
    assert len(made) > 8
    assert all(one == (200, {"n": 1}) for one in made)
