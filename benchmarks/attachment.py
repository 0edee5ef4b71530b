"""How long it takes to attach events to episodes on DuckDB, beside a plain equi-join of the same tables.

    python -m benchmarks.attachment                          # 1, 5 and 20 million events, 1.2 million episodes
    python -m benchmarks.attachment --events 1000000 --runs 5

Makes a DuckDB file with an OMOP schema: a million persons with an episode of care, 100,000 second ones and as many
nested ones; events of these persons and of 250,000 without episodes; of the former one event in ten is linked.
dbt compiles the models once over a thousand events; then their SQL runs as it is, in rounds:

    join      every event with the episodes of care of its person, by person only: the same columns, written as a table
    attach    target__measurement: links, spans of days, reasons
    spine     episode_lineage to episode_reach, which do not depend on the number of events

Two statements of one round run right after each other, so that a busy machine slows both.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[1]
PERSONS = 1_000_000
SPINE = ("episode_lineage", "episode_of_care", "episode_link", "episode_reach")
TARGET = "target__measurement"
TARGET_RATIO = 3.0
EPISODES = f"""
create or replace table raw.episode as
with made as (
    select
        range + 1 as number,
        case when range < {PERSONS} then range + 1 else hash(range) % {PERSONS} + 1 end as person_id,
        date '2015-01-01' + cast(hash(range, 1) % 3650 as integer) as start_date
    from range({PERSONS} * 12 // 10)
)
select
    number as episode_id,
    cast(person_id as bigint) as person_id,
    case when number > {PERSONS} * 11 // 10 then 32944 else 32533 end as episode_concept_id,
    start_date as episode_start_date,
    cast(null as timestamp) as episode_start_datetime,
    case when hash(number, 2) % 10 < 4 then start_date + cast(hash(number, 3) % 900 as integer) end as episode_end_date,
    cast(null as timestamp) as episode_end_datetime,
    case when number > {PERSONS} * 11 // 10 then cast(person_id as bigint) end as episode_parent_id,
    cast(null as bigint) as episode_number,
    4115276 as episode_object_concept_id,
    32817 as episode_type_concept_id,
    cast(null as varchar) as episode_source_value,
    cast(null as bigint) as episode_source_concept_id
from made
"""
EVENTS = f"""
create or replace table raw.measurement as
select
    range + 1 as measurement_id,
    cast(hash(range, 4) % ({PERSONS} * 5 // 4) + 1 as bigint) as person_id,
    cast(3000000 + hash(range, 5) % 1000 as bigint) as measurement_concept_id,
    date '2014-06-01' + cast(hash(range, 6) % 4200 as integer) as measurement_date,
    cast(null as timestamp) as measurement_datetime,
    cast(32817 as bigint) as measurement_type_concept_id,
    cast(null as bigint) as operator_concept_id,
    cast(hash(range, 7) % 1000 as double) / 10 as value_as_number,
    cast(null as bigint) as value_as_concept_id,
    cast(8840 as bigint) as unit_concept_id,
    cast(null as double) as range_low,
    cast(null as double) as range_high,
    cast(null as bigint) as provider_id,
    cast(null as bigint) as visit_occurrence_id,
    'lab ' || cast(hash(range, 5) % 1000 as varchar) as measurement_source_value,
    cast(null as bigint) as measurement_source_concept_id,
    cast(null as varchar) as value_source_value,
    cast(null as bigint) as measurement_event_id,
    cast(null as bigint) as meas_event_field_concept_id
from range({{events}})
"""
LINKS = f"""
create or replace table raw.episode_event as
select
    person_id as episode_id,
    measurement_id as event_id,
    cast(1147138 as bigint) as episode_event_field_concept_id
from raw.measurement
where measurement_id % 10 = 0 and person_id <= {PERSONS}
"""
JOIN = """
select
    event.measurement_id, event.person_id, event.measurement_concept_id, event.measurement_date,
    event.measurement_type_concept_id, event.operator_concept_id, event.value_as_number, event.value_as_concept_id,
    event.unit_concept_id, event.range_low, event.range_high, event.visit_occurrence_id,
    event.measurement_source_value, event.measurement_source_concept_id, event.value_source_value,
    episode.episode_id
from staging.stg_omop__measurement as event
left join staging.stg_omop__episode as episode
    on event.person_id = episode.person_id and episode.episode_concept_id = 32533
"""


def fill(connection: duckdb.DuckDBPyConnection, events: int) -> None:
    """Make so many events, and the links of a tenth of them."""
    connection.execute(EVENTS.format(events=events))
    connection.execute(LINKS)


def compiled(folder: Path) -> dict[str, str]:
    """Let dbt build the models over a few events; return their compiled SQL."""
    with duckdb.connect(str(folder / "bench.duckdb")) as connection:
        connection.execute("create schema raw")
        connection.execute(EPISODES)
        fill(connection, 1000)
    shutil.copy(ROOT / "profiles.example.yml", folder / "profiles.yml")
    command = [str(Path(sys.executable).parent / "dbt"), "build", "--quiet", "--exclude-resource-type", "test"]
    command += ["--select", f"+{TARGET}", "--profiles-dir", str(folder), "--project-dir", str(ROOT)]
    command += ["--target", "duckdb", "--target-path", str(folder / "target"), "--log-path", str(folder)]
    command += ["--vars", json.dumps({"omop_source": "schema", "omop_schema": "raw", "reduce_targets": False})]
    environment = {**os.environ, "MEASUREMART_DUCKDB": str(folder / "bench.duckdb")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"dbt failed ({done.returncode}):\n{(done.stdout + done.stderr)[-3000:]}")
    models = folder / "target" / "compiled" / "measuremart" / "models"
    return {path.stem: path.read_text(encoding="utf-8") for path in models.rglob("*.sql")}


def seconds(connection: duckdb.DuckDBPyConnection, relation: str, sql: str) -> float:
    """Time how long a table takes to be made."""
    connection.execute(f"drop table if exists {relation}")
    start = time.perf_counter()
    connection.execute(f"create table {relation} as {sql}")
    return time.perf_counter() - start


def measured(folder: Path, models: dict[str, str], events: int, runs: int) -> dict[str, list[float]]:
    """Time join, attach and spine over so many events."""
    times: dict[str, list[float]] = {"join": [], "attach": [], "spine": []}
    with duckdb.connect(str(folder / "bench.duckdb")) as connection:
        fill(connection, events)
        for _ in range(runs):
            times["spine"].append(sum(seconds(connection, f"episodes.{name}", models[name]) for name in SPINE))
            times["join"].append(seconds(connection, "raw.joined", JOIN))
            times["attach"].append(seconds(connection, f"targets.{TARGET}", models[TARGET]))
        counts = connection.execute(f"select count(*), count(episode_id) from targets.{TARGET}").fetchone()
        assert counts is not None
        print(f"{events:>12,} events: {counts[0]:,} rows, {counts[1]:,} of them attached")
    return times


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, nargs="+", default=[1_000_000, 5_000_000, 20_000_000])
    parser.add_argument("--runs", type=int, default=3, help="How many rounds for each number of events.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        models = compiled(folder)
        for events in options.events:
            times = measured(folder, models, events, options.runs)
            for kind, found in times.items():
                print(f"  {kind:7} {statistics.median(found):6.2f} s   (of {', '.join(f'{t:.2f}' for t in found)})")
            ratio = statistics.median(a / j for a, j in zip(times["attach"], times["join"], strict=True))
            per_million = statistics.median(times["attach"]) / events * 1e6
            verdict = "met" if ratio < TARGET_RATIO else "MISSED"
            print(f"  attach / join {ratio:.2f}, target {TARGET_RATIO}: {verdict}")
            print(f"  {per_million:.2f} s a million events")


if __name__ == "__main__":
    main()
