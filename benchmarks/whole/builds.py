"""A whole build by `dbt build` in a process of its own, on DuckDB or PostgreSQL, and what it leaves behind."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import duckdb
import psycopg2
import yaml

from benchmarks.build_cost import ROOT, variables
from benchmarks.generate_speed import write as write_definitions
from benchmarks.synthetic_omop.schema import DATE, DATETIME, ID, INT, NUMBER, TABLES, TEXT
from benchmarks.whole.processes import Finished, finished

sys.path.insert(0, str(ROOT / "tests"))

from lab.postgres_server import PostgresServer

THREADS = 2
# What a copy of the project for other definitions takes along.
COPIED = (
    "dbt_project.yml",
    "profiles.example.yml",
    "selectors.yml",
    "macros",
    "models",
    "seeds",
    "tests",
    "definitions",
)
SQL_TYPES = {
    ID: "bigint", INT: "integer", NUMBER: "double precision", DATE: "date", DATETIME: "timestamp", TEXT: "text",
}  # fmt: skip


def dbt_build(project: Path, work: Path, target: str, given: str, environment: dict[str, str]) -> Finished:
    """Run `dbt build` for a target, warm: parsed before, so that the cost of parsing is that of every later run."""
    shutil.copy(project / "profiles.example.yml", work / "profiles.yml")
    command = [str(Path(sys.executable).parent / "dbt"), "--quiet"]
    options = ["--target", target, "--profiles-dir", str(work), "--vars", given]
    options += ["--target-path", str(work / "target"), "--log-path", str(work / "logs")]
    named = os.environ | environment | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    finished([*command, "parse", *options], project, named)
    return finished([*command, "build", *options], project, named)


def on_duckdb(project: Path, work: Path, given: str) -> dict[str, Any]:
    """Build on DuckDB; then run the same statements without dbt, so that the engine's share is known by layer."""
    database = work / "whole_build.duckdb"
    environment = {"MEASUREMART_DUCKDB": str(database), "MEASUREMART_DUCKDB_THREADS": str(THREADS)}
    build = dbt_build(project, work, "duckdb", given, environment)
    size = database.stat().st_size
    command = [sys.executable, "-m", "benchmarks.whole.replay", str(work / "target"), str(database), str(THREADS)]
    replay = finished(command, ROOT)
    return {
        "build": {
            "cpu_seconds": build.cpu_seconds,
            "peak_gigabytes": build.peak_gigabytes,
            "gigabytes_on_disk": round(size / 1e9, 3),
        },
        "statements": json.loads(replay.output),
    }


def on_postgres(project: Path, work: Path, persons: Path, given: dict[str, Any]) -> dict[str, Any]:
    """Build on a private PostgreSQL server; the engine's share is the processor time of the server."""
    with PostgresServer() as server, psycopg2.connect(server.dsn) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        load(cursor, persons)
        loaded = server_seconds(server.process_id)
        address, said = server.dsn.removeprefix("postgresql://").split("@")
        user, password = address.split(":")
        environment = {
            "MEASUREMART_POSTGRES_HOST": "127.0.0.1",
            "MEASUREMART_POSTGRES_PORT": said.split(":")[1].split("/")[0],
            "MEASUREMART_POSTGRES_USER": user,
            "MEASUREMART_POSTGRES_PASSWORD": password,
            "MEASUREMART_POSTGRES_DATABASE": said.split("/")[1],
        }
        changed = given | {"omop_source": "schema", "omop_schema": "omop"}
        build = dbt_build(project, work, "postgres", yaml.safe_dump(changed, default_flow_style=True), environment)
        cursor.execute("select coalesce(sum(pg_total_relation_size(c.oid)), 0) from pg_class c "
                       "join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' "
                       "and n.nspname not in ('omop', 'pg_catalog', 'information_schema')")  # fmt: skip
        size = int(cursor.fetchall()[0][0])
        served = server_seconds(server.process_id) - loaded
    results = json.loads((work / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    slowest = sorted(results, key=lambda result: -result["execution_time"])[:12]
    return {
        "build": {
            "cpu_seconds": round(build.cpu_seconds + served, 2),
            "server_cpu_seconds": round(served, 2),
            "gigabytes_on_disk": round(size / 1e9, 3),
        },
        "slowest": [{"name": r["unique_id"], "elapsed_seconds": round(r["execution_time"], 1)} for r in slowest],
    }


def server_seconds(process_id: int | None) -> float:
    """Processor seconds of a server and of its processes, living and ended (Linux)."""
    ticks = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(folder.name) == process_id:
            ticks += sum(int(word) for word in words[11:15])
        elif int(words[1]) == process_id:
            ticks += sum(int(word) for word in words[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def load(cursor: Any, persons: Path) -> None:
    """Copy the tables of a folder of parquet files into the schema `omop`."""
    cursor.execute("create schema omop")
    for table, columns in TABLES.items():
        stated = ", ".join(f"{name} {SQL_TYPES[kind]}" for name, kind in columns)
        cursor.execute(f"create table omop.{table} ({stated})")
        rows = persons / f"{table}.csv"
        with duckdb.connect() as reader:
            named = ", ".join(name for name, _ in columns)
            reader.execute(f"copy (select {named} from '{persons}/{table}.parquet') to '{rows}' (header false)")
        with rows.open(encoding="utf-8") as file:
            cursor.copy_expert(f"copy omop.{table} from stdin (format csv)", file)
        rows.unlink()
    cursor.execute("analyze")


def copied(folder: Path, measures: int) -> Path:
    """Copy the project and give it a pack of so many invented measures beside its own."""
    project = folder / "project"
    project.mkdir()
    for name in COPIED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, project / name)
    shutil.rmtree(project / "definitions" / "omop")
    write_definitions(project, measures)
    program = "from measuremart.cli import main; main()"
    finished([sys.executable, "-c", program, "generate", "--project-dir", str(project)], project)
    return project


def said(project: Path, persons: Path) -> dict[str, Any]:
    """Return dbt's variables as a mapping."""
    found: dict[str, Any] = yaml.safe_load(variables(project, persons))
    return found
