"""A page is made from one build: while the next one is written, pages show the last one."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
import yaml
from dbt_runs import Warehouse
from measuremart.warehouse.dbt import WarehouseError
from measuremart.warehouse.reading import Readings
from measuremart.web import again
from starlette.testclient import TestClient
from web_people import Asks

pytestmark = pytest.mark.xdist_group("web")
N = "select n from {{ ref('first') }}"
# As dbt: one connection from the first model to the last, a transaction for each, and tries again while it cannot begin.
BUILDS = """
import duckdb, sys, time
for number in range(2, 2 + int(sys.argv[2])):
    for wait in range(200):
        try:
            connection = duckdb.connect(sys.argv[1])
            break
        except duckdb.IOException:
            time.sleep(0.02)
    for name in ("first", "second"):
        connection.execute(f"create or replace table marts.{name} as select {number} as n")
        time.sleep(0.05)
    connection.close()
    time.sleep(0.15)
"""


@dataclass
class Small:
    """A database of two marts, and what pages read of it."""

    database: Path
    readings: Readings

    def write(self, number: int) -> None:
        """Build again, in a process of its own."""
        connection = f"""
import duckdb
connection = duckdb.connect({str(self.database)!r})
for name in ("first", "second"):
    connection.execute(f"create or replace table marts.{{name}} as select {number} as n")
"""
        assert subprocess.run([sys.executable, "-c", connection], check=False).returncode == 0

    def next_build(self, before: str) -> int:
        """Return the number of the build that follows one of that name, once pages show it."""
        for _ in range(1000):
            with self.readings.open() as reading:
                if reading.build != before:
                    return int(reading.rows(N)[0]["n"])
            time.sleep(0.02)
        raise AssertionError("the new build is not shown")


@pytest.fixture
def small(tmp_path: Path) -> Small:
    (tmp_path / "dbt_project.yml").write_text("name: measuremart\nprofile: measuremart\n")
    database = tmp_path / "small.duckdb"
    output = {"type": "duckdb", "path": str(database)}
    (tmp_path / "profiles.yml").write_text(yaml.safe_dump({"measuremart": {"target": "x", "outputs": {"x": output}}}))
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema marts")
        for name in ("first", "second"):
            connection.execute(f"create table marts.{name} as select 1 as n")
    return Small(database, Readings(tmp_path, tmp_path, "x"))


HOLDS = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.readline()
"""


@contextmanager
def writing(database: Path) -> Iterator[None]:
    """Another process holds the file, as dbt does from the first model to the last."""
    command = [sys.executable, "-c", HOLDS, str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as build:
        assert build.stdout is not None
        assert build.stdin is not None
        assert build.stdout.readline() == "held\n"
        try:
            yield
        finally:
            build.stdin.write("\n")
            build.stdin.flush()
            assert build.wait() == 0


def test_while_a_build_writes_the_last_one_is_shown(asks: Asks, marts: Warehouse) -> None:
    tess, nobody = asks("tess"), asks(None)
    address = "/api/v1/reports/epilepsy12/trend?level=trust"
    before = tess.get(address).json()
    with writing(marts.database):
        for shown in ("/", "/reports/lung_mdt", "/reports/epilepsy12/indicators/ecg"):
            assert tess.get(shown).status_code == 200
        assert tess.get(address).json() == before
        assert tess.get("/reports/no_such").status_code == 404
        assert nobody.get("/health").json() == {"status": "ok"}
        assert nobody.get("/reports/lung_mdt").status_code == 303


def test_a_server_that_has_seen_no_build_asks_to_wait(
    asks: Asks, readings: Readings, marts: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(again, "_PATIENCE", 0.1)
    readings.close()
    tess = asks("tess")
    with writing(marts.database):
        for address in ("/", "/reports/lung_mdt", "/api/v1/reports", "/fhir/MeasureReport?report=lung_mdt"):
            answer = tess.get(address)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
            assert "refreshed" in answer.text
            assert str(marts.database) not in answer.text
    assert tess.get("/reports/lung_mdt").status_code == 200


def test_a_page_waits_for_a_build_that_ends_soon(asks: Asks, readings: Readings, marts: Warehouse) -> None:
    tess = asks("tess")
    readings.close()
    beside = marts.database.with_name(f"{marts.database.name}.refresh")
    beside.touch()
    ends = threading.Timer(0.5, beside.unlink)
    ends.start()
    assert tess.get("/reports/lung_mdt").status_code == 200
    ends.join()
    assert not beside.exists()


def test_a_file_beside_the_database_lets_a_build_begin(small: Small) -> None:
    """While it is there nothing opens the database, and pages show what there was before."""
    with small.readings.open() as reading:
        before = reading.build
    beside = small.database.with_name(f"{small.database.name}.refresh")
    beside.touch()
    small.write(2)
    with small.readings.open() as reading:
        assert (reading.build, reading.rows(N)) == (before, [{"n": 1}])
    beside.unlink()
    assert small.next_build(before) == 2


def test_while_a_page_reads_a_build_writes(small: Small) -> None:
    """A page that began before a build ends on what it began with."""
    with small.readings.open() as reading:
        assert reading.rows(N) == [{"n": 1}]
        before = reading.build
        small.write(2)
        with small.readings.open() as later:
            assert (later.build != before, later.rows(N)) == (True, [{"n": 2}])
        small.write(3)
        assert reading.rows(N) == [{"n": 1}]


def test_no_copy_is_left_behind(small: Small) -> None:
    with small.readings.open():
        assert sorted(path.name for path in small.database.parent.glob("*.duckdb*")) == ["small.duckdb"]
        assert not list(small.database.parent.glob(".*"))
    killed = small.database.with_name(f".{small.database.name}.x1.pages")
    killed.touch()
    os.utime(killed, (0, 0))
    small.write(2)
    with small.readings.open() as reading:
        assert reading.rows(N) == [{"n": 2}]
        assert not killed.exists()


def test_what_is_written_ahead_is_read(small: Small) -> None:
    """A build that was killed leaves rows beside the file."""
    killed = """
import duckdb, os, sys
connection = duckdb.connect(sys.argv[1])
connection.execute("set checkpoint_threshold = '1GB'")
connection.execute("update marts.first set n = 7")
os._exit(0)
"""
    assert subprocess.run([sys.executable, "-c", killed, str(small.database)], check=False).returncode == 0
    assert small.database.with_name("small.duckdb.wal").exists()
    with small.readings.open() as reading:
        assert reading.rows(N) == [{"n": 7}]


def test_many_pages_while_builds_follow_each_other(small: Small) -> None:
    """No page fails, and none has the first mart of one build and the second one of another."""
    builds = subprocess.Popen([sys.executable, "-c", BUILDS, str(small.database), "12"])
    seen: list[set[int]] = []

    def look() -> None:
        numbers: set[int] = set()
        while builds.poll() is None:
            with small.readings.open() as reading:
                (first,), (second,) = reading.rows(N), reading.rows(N.replace("first", "second"))
                assert first == second
                numbers.add(first["n"])
        seen.append(numbers)

    with ThreadPoolExecutor(6) as pool:
        looks = [pool.submit(look) for _ in range(6)]
        for looked in looks:
            looked.result()
    assert builds.returncode == 0
    assert len(set().union(*seen)) > 1
    with small.readings.open() as reading:
        before = reading.build
    small.write(100)
    assert small.next_build(before) == 100


def test_another_build_has_another_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, database = tmp_path, tmp_path / "small.duckdb"
    (project / "dbt_project.yml").write_text("name: measuremart\nprofile: measuremart\n")
    output = {"type": "duckdb", "path": str(database)}
    (project / "profiles.yml").write_text(yaml.safe_dump({"measuremart": {"target": "x", "outputs": {"x": output}}}))
    readings = Readings(project, project, "x")
    with pytest.raises(WarehouseError, match="not built"), readings.open():
        pass
    builds = []
    for count in (1, 2):
        with duckdb.connect(str(database)) as connection:
            connection.execute("create schema if not exists marts")
            connection.execute(f"create or replace table marts.t{count} as select {count} as n")
        with readings.open() as reading:
            builds.append(reading.build)
            assert reading.has("t1")
            assert reading.rows(f"select n from {{{{ ref('t{count}') }}}}") == [{"n": count}]
            with pytest.raises(WarehouseError, match="t3 is not built there"):
                reading.rows("select n from {{ ref('t3') }}")
            with pytest.raises(WarehouseError):
                reading.rows("create table marts.mine as select 1 as n")
            with pytest.raises(WarehouseError):
                reading.rows(f"select * from read_text('{project / 'profiles.yml'}')")
    assert builds[0] != builds[1]
    with readings.open() as first, readings.open() as second:
        assert first.build == second.build == builds[1]


def test_a_database_that_is_not_whole_says_so_to_the_log_alone(
    asks: Asks, site: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    client: TestClient = asks("tess")
    from measuremart.warehouse.reading import Reading

    def broken(self: Reading, sql: str) -> list[dict[str, object]]:
        raise WarehouseError("select secret from a_table")

    monkeypatch.setattr(Reading, "rows", broken)
    answer = client.get("/reports/lung_mdt")
    assert answer.status_code == 503
    assert "secret" not in answer.text
