"""A page is made from one build: none is shown while a build writes, and the next one after it is of the new build."""

import subprocess
import sys
import textwrap
from pathlib import Path

import duckdb
import pytest
import yaml
from dbt_runs import Warehouse
from measuremart.warehouse.dbt import WarehouseError
from measuremart.warehouse.reading import Readings
from starlette.testclient import TestClient
from web_people import Asks

pytestmark = pytest.mark.xdist_group("web")


def test_while_a_build_writes_one_is_asked_to_wait(asks: Asks, marts: Warehouse, tmp_path: Path) -> None:
    """Another process holds the file, as dbt does from the first model to the last."""
    tess, nobody = asks("tess"), asks(None)
    holds = textwrap.dedent(f"""
        import duckdb, sys
        connection = duckdb.connect({str(marts.database)!r})
        print("held", flush=True)
        sys.stdin.readline()
    """)
    with subprocess.Popen(
        [sys.executable, "-c", holds], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as build:
        assert build.stdout is not None
        assert build.stdin is not None
        assert build.stdout.readline() == "held\n"
        for address in ("/", "/reports/lung_mdt", "/api/v1/reports", "/reports/no_such"):
            answer = tess.get(address)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
            assert "refreshed" in answer.text
            assert str(marts.database) not in answer.text
        assert nobody.get("/health").json() == {"status": "ok"}
        assert nobody.get("/reports/lung_mdt").status_code == 303
        build.stdin.write("\n")
        build.stdin.flush()
        build.wait()
    assert tess.get("/reports/lung_mdt").status_code == 200


def test_a_file_beside_the_database_lets_a_build_begin(asks: Asks, marts: Warehouse) -> None:
    tess, beside = asks("tess"), marts.database.with_name(f"{marts.database.name}.refresh")
    beside.touch()
    try:
        assert tess.get("/reports/lung_mdt").status_code == 503
        writes = f"import duckdb; duckdb.connect({str(marts.database)!r})"
        assert subprocess.run([sys.executable, "-c", writes], check=False).returncode == 0
    finally:
        beside.unlink()
    assert tess.get("/reports/lung_mdt").status_code == 200


def test_while_a_page_reads_no_build_writes(readings: Readings, marts: Warehouse) -> None:
    writes = f"import duckdb; duckdb.connect({str(marts.database)!r})"
    with readings.open() as reading:
        assert reading.rows("select count(*) as n from {{ ref('dim_report') }}")[0]["n"] > 0
        held = subprocess.run([sys.executable, "-c", writes], capture_output=True, text=True, check=False)
        assert held.returncode != 0
        assert "lock" in held.stderr
    assert subprocess.run([sys.executable, "-c", writes], check=False).returncode == 0


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
