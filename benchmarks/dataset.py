"""How long the dataset of a report takes on DuckDB, and how much memory: is the time linear in cells?

    python -m benchmarks.dataset                              # 75, 150, 300 measures; 50 to 200 thousand rows
    python -m benchmarks.dataset --measures 300 --rows 200000

A cell is a measure at a cohort key. The definitions are made here, the statement is what the generator writes for them;
half of all cells are members. One measure in ten is a leaf over a target with numbers, so that its numbers are shown.
Each size runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from measuremart.pipeline import read_definitions
from measuremart.problems import Kind
from measuremart.render.project import generated_models

ROOT = Path(__file__).resolve().parents[1]
MOST_GIGABYTES = 4.0
NUMBERED = 10
_REF = re.compile(r"\{\{ ref\('(\w+)'\) \}\}")
# macros/scalar/to_number.sql on DuckDB, for a column that is one already
_TO_NUMBER = re.compile(r"\{\{ to_number\('(\w+)'\) \}\}")
BASE = """
populations:
  clinic: {person: {model: person}, episodes: {model: episode}}
targets:
  record: {model: record, unit: null, text: null, flag: null}
  visit: {model: visit, number: null, unit: null, text: null, flag: null}
cohorts:
  all: {definitions: {everyone: m1}}
indicators:
  asked: {title: t, description: d, denominator: full_cohort, numerator: m1}
"""


def is_numbered(measure: int) -> bool:
    """Say whether the dataset shows a number of a measure."""
    return measure % NUMBERED == 0


def statement(measures: int) -> str:
    """Return the dataset's statement, over relations under their bare names."""
    lines = [BASE, "subqueries:"]
    lines += [
        f"  s{n}: {{target: {'record' if is_numbered(n) else 'visit'}, rules: [{{exact: {n}}}]}}"
        for n in range(1, measures + 1)
    ]
    lines += ["measures:", *(f"  m{n}: {{subquery: s{n}}}" for n in range(1, measures + 1))]
    wanted = ", ".join(f"m{n}" for n in range(1, measures + 1))
    lines += [
        "reports:",
        f"  broad: {{title: t, description: d, cohorts: [all], indicators: [asked], dataset: [{wanted}]}}",
    ]
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "definitions" / "bench" / "bench.yml"
        file.parent.mkdir(parents=True)
        file.write_text("\n".join(lines), encoding="utf-8")
        read = read_definitions(file.parent.parent)
    assert not [p for p in read.problems if p.kind is not Kind.WARNING], read.problems
    sql = next(m.sql for m in generated_models(read.plan) if m.name == "report__broad__dataset")
    return _TO_NUMBER.sub(r"cast(\1 as numeric(38, 10))", _REF.sub(r"\1", sql))


def fill(connection: duckdb.DuckDBPyConnection, measures: int, rows: int) -> None:
    """Make a cohort of so many keys, the members of the measures, and the rows that have numbers."""
    connection.execute(
        "create table report__broad as select hash(range) % 1000000007 as person_id, range as episode_id, "
        "range as measure_resolver, date '2020-01-01' + cast(hash(range) % 1000 as integer) as measure_date "
        f"from range({rows})"
    )
    connection.execute("alter table report__broad alter person_id type bigint")
    connection.execute(
        "create table record (person_id bigint, episode_id bigint, event_id bigint, concept_id bigint, "
        "start_date date, value_number double)"
    )
    for n in range(1, measures + 1):
        members = (
            "select person_id, episode_id, measure_resolver, "
            f"measure_date + cast(hash(episode_id, {n}) % 300 as integer) as measure_date "
            f"from report__broad where hash(episode_id, {n}, 7) % 2 = 0"
        )
        connection.execute(f"create table measure__m{n} as {members}")
        if is_numbered(n):
            connection.execute(
                f"insert into record select person_id, episode_id, row_number() over (), {n}, measure_date, "
                f"hash(episode_id, {n}, 8) % 100 from measure__m{n}"
            )


def measured(measures: int, rows: int) -> dict[str, float]:
    """Time the dataset of one size in this process; return seconds, processor seconds and gigabytes at the peak."""
    with tempfile.TemporaryDirectory() as name:
        with duckdb.connect(f"{name}/filled.duckdb") as connection:
            fill(connection, measures, rows)
        sql = statement(measures)
        with duckdb.connect(f"{name}/filled.duckdb") as connection:
            before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
            connection.execute(f"create table dataset as {sql}")
            seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
            found = connection.execute("select count(*) from dataset").fetchone()
    assert found == (rows,)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": seconds, "processor": processor, "gigabytes": after.ru_maxrss / 1024**2}


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--measures", type=int, nargs="+", default=[75, 150, 300])
    parser.add_argument("--rows", type=int, nargs="+", default=[50_000, 100_000, 200_000])
    parser.add_argument("--one", action="store_true", help="Run one size in this process and print JSON.")
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measured(options.measures[0], options.rows[0])))
        return
    print("measures     rows       cells  seconds  processor  s a million cells  peak GB")
    most, rates = 0.0, []
    for measures in options.measures:
        for rows in options.rows:
            command = [sys.executable, "-m", "benchmarks.dataset", "--one"]
            command += ["--measures", str(measures), "--rows", str(rows)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
            found = json.loads(done.stdout)
            cells = measures * rows
            rates.append(found["processor"] / cells * 1e6)
            most = max(most, found["gigabytes"])
            print(
                f"{measures:8,} {rows:8,} {cells:11,} {found['seconds']:8.1f} {found['processor']:10.1f} "
                f"{rates[-1]:18.2f} {found['gigabytes']:8.2f}",
                flush=True,
            )
    print(f"processor time a cell, most / least: {max(rates) / min(rates):.2f} (1 = linear)")
    print(f"peak memory {most:.2f} GB, target {MOST_GIGABYTES}: {'met' if most < MOST_GIGABYTES else 'MISSED'}")


if __name__ == "__main__":
    main()
