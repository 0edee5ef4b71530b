"""What a build of the lung pack costs on DuckDB, beside another commit's in the same run.

    git worktree add ../before <commit>
    python -m benchmarks.build_cost --before ../before --persons 200000
    python -m benchmarks.build_cost --persons 20000 --unasked 10

Each project builds its models over the same invented persons, in a process of its own, one after the other. Processor
time of the engine is the time of the build less that of a build over few persons, which is dbt's own. Ratios are within
one run: seconds of different machines, or of a busy one, say little.

With `--unasked` each project builds the same persons twice: as they are, and with so many times more events of concepts
that no definition names (semantics.md 2.9).
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import yaml

ROOT = Path(__file__).resolve().parents[1]
FEW = 100
PACKS = ["oncology", "lung"]
# Event tables of OMOP, how their columns of the event itself begin, and a column of an answer that rules may ask for.
EVENTS = {
    "condition_occurrence": ("condition", "condition_status_concept_id"),
    "drug_exposure": ("drug", "route_concept_id"),
    "procedure_occurrence": ("procedure", "modifier_concept_id"),
    "measurement": ("measurement", "value_as_concept_id"),
    "observation": ("observation", "value_as_concept_id"),
    "device_exposure": ("device", "unit_concept_id"),
    "visit_occurrence": ("visit", "discharged_to_concept_id"),
}
UNASKED = 2_100_000_000


def variables(project: Path, omop: Path) -> str:
    """Return dbt's variables for a folder of parquet files that the generator of persons wrote."""
    own: dict[str, Any] = yaml.safe_load((project / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    said = {
        "packs": PACKS,
        "omop_source": "files",
        "omop_files": str(omop),
        "absent_columns": own["demo_absent_columns"],
        "as_of": own["demo_as_of"],
    }
    return yaml.safe_dump(said, default_flow_style=True)


def dbt(project: Path, work: Path, omop: Path, *command: str) -> float:
    """Run dbt in a process of its own; return its processor seconds. Raises `CalledProcessError`."""
    (work / "profiles.yml").write_text((project / "profiles.example.yml").read_text(encoding="utf-8"), encoding="utf-8")
    environment = os.environ | {
        "MEASUREMART_DUCKDB": str(work / "benchmark.duckdb"),
        "MEASUREMART_DUCKDB_THREADS": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    arguments = [
        "--quiet",
        *command,
        "--target",
        "duckdb",
        "--profiles-dir",
        str(work),
        "--vars",
        variables(project, omop),
    ]
    arguments += ["--target-path", str(work / "target"), "--log-path", str(work / "logs")]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [str(Path(sys.executable).parent / "dbt"), *arguments],
        cwd=project, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        sys.exit(f"dbt failed in {project}:\n{(done.stdout + done.stderr)[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def build(project: Path, omop: Path, selected: list[str]) -> float:
    """Build the models over some persons; return the processor seconds, those of the seeds left out."""
    with tempfile.TemporaryDirectory() as work:
        dbt(project, Path(work), omop, "seed")
        return dbt(project, Path(work), omop, "run", *selected)


def with_unasked(source: Path, folder: Path, times: int, tables: list[str]) -> None:
    """Copy a folder of parquet files, each row of the named event tables so many times more, of another concept."""
    shutil.copytree(source, folder)
    with duckdb.connect() as connection:
        for table in tables:
            file, event = source / f"{table}.parquet", f"{table}_id"
            own, answer = EVENTS[table]
            columns = [name for name, *_ in connection.execute(f"describe from '{file}'").fetchall()]
            changed = {
                event: f"{event} + copy_number * (select max({event}) from '{file}')",
                f"{own}_concept_id": f"cast({UNASKED} + hash({event}, copy_number) % 1000 as bigint)",
                f"{own}_source_value": "'not asked about'",
                answer: "null",
            }
            made = ", ".join(f"{changed.get(name, name)} as {name}" for name in columns)
            connection.execute(
                f"copy (from '{file}' union all select {made} from '{file}' cross join "
                f"(select unnest(range(1, {times} + 1)) as copy_number)) to '{folder / file.name}' (format parquet)"
            )


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--before", type=Path, help="a worktree of the commit to compare with")
    parser.add_argument("--persons", type=int, default=200_000)
    parser.add_argument("--exclude", nargs="*", default=[], help="models to leave out, as dbt names them")
    parser.add_argument("--unasked", type=int, default=0, help="so many times more events that nobody asks about")
    parser.add_argument("--tables", nargs="*", default=list(EVENTS), help="which event tables have them")
    options = parser.parse_args()
    selected = ["--exclude", *options.exclude] if options.exclude else []
    projects = [p.resolve() for p in (options.before, ROOT) if p is not None]
    costs: list[float] = []
    print(f"{'project':40} {'build, s':>10} {'few, s':>10} {'engine, s':>10}")
    with tempfile.TemporaryDirectory() as folder:
        for persons in (FEW, options.persons):
            command = [sys.executable, "-m", "benchmarks.synthetic_omop", "--persons", str(persons)]
            subprocess.run([*command, "--out", f"{folder}/{persons}"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        for project in projects:
            few = build(project, Path(folder) / str(FEW), selected)
            many = build(project, Path(folder) / str(options.persons), selected)
            costs.append(many - few)
            print(f"{project.name:40} {many:10.1f} {few:10.1f} {many - few:10.1f}", flush=True)
            if options.unasked:
                all_events = Path(folder) / "unasked"
                if not all_events.exists():
                    with_unasked(Path(folder) / str(options.persons), all_events, options.unasked, options.tables)
                most = build(project, all_events, selected)
                print(f"{'  with unasked events':40} {most:10.1f} {few:10.1f} {most - few:10.1f}", flush=True)
                ratio = (most - few) / (many - few)
                print(f"  processor time of the engine, with / without unasked events: {ratio:.2f}", flush=True)
    if len(costs) == 2:
        print(f"processor time of the engine, after / before: {costs[1] / costs[0]:.2f}")


if __name__ == "__main__":
    main()
