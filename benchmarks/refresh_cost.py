"""What a run with `refresh: changed` costs on DuckDB beside a whole one, where few persons have changed.

    python -m benchmarks.refresh_cost --persons 20000 --percent 1

The lung pack over invented persons. Processor time of the engine is the time of a run less that of the same run over
few persons, which is dbt's own. A person changes by a day in conditions, measurements and procedures.
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

import duckdb
import yaml

from benchmarks.build_cost import FEW, ROOT, variables

MOVED = {
    "condition_occurrence": "condition_start",
    "measurement": "measurement",
    "procedure_occurrence": "procedure",
}


def change(omop: Path, percent: float) -> None:
    """Move some events of so many of a hundred persons by a day."""
    with duckdb.connect() as connection:
        for table, day in MOVED.items():
            file, written = omop / f"{table}.parquet", omop / f"{table}.written"
            moved = (
                f"case when hash(person_id) % 10000 < {round(100 * percent)} then {day}_date + 1 else {day}_date end"
            )
            connection.execute(
                f"copy (select * replace ({moved} as {day}_date, cast(null as timestamp) as {day}_datetime) "
                f"from '{file}') to '{written}' (format parquet)"
            )
            written.replace(file)


def run(work: Path, omop: Path, *command: str, refresh: str = "all") -> float:
    """Run dbt in a process of its own; return its processor seconds. Raises `CalledProcessError`."""
    shutil.copy(ROOT / "profiles.example.yml", work / "profiles.yml")
    environment = os.environ | {
        "MEASUREMART_DUCKDB": str(work / "benchmark.duckdb"),
        "MEASUREMART_DUCKDB_THREADS": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    said = yaml.safe_load(variables(ROOT, omop)) | {"refresh": refresh}
    arguments = ["--quiet", *command, "--target", "duckdb", "--profiles-dir", str(work), "--vars", yaml.safe_dump(said)]
    arguments += ["--target-path", str(work / "target"), "--log-path", str(work)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [str(Path(sys.executable).parent / "dbt"), *arguments],
        cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def costs(persons: int, percent: float) -> tuple[float, float]:
    """Return the processor seconds of a whole run, and of one after which so many of a hundred persons had changed."""
    with tempfile.TemporaryDirectory() as folder:
        work, omop = Path(folder), Path(folder) / "omop"
        command = [sys.executable, "-m", "benchmarks.synthetic_omop", "--persons", str(persons), "--out", str(omop)]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        change(omop, 0)  # times of day away: only days change then
        run(work, omop, "seed")
        whole = run(work, omop, "run")
        run(work, omop, "run", refresh="changed")
        change(omop, percent)
        return whole, run(work, omop, "run", refresh="changed")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--persons", type=int, default=20_000)
    parser.add_argument("--percent", type=float, default=1.0, help="how many of a hundred persons change")
    options = parser.parse_args()
    few_whole, few_changed = costs(FEW, options.percent)
    whole, changed = costs(options.persons, options.percent)
    print(f"{'run':10} {'all, s':>10} {'few, s':>10} {'engine, s':>10}")
    print(f"{'whole':10} {whole:10.1f} {few_whole:10.1f} {whole - few_whole:10.1f}")
    print(f"{'changed':10} {changed:10.1f} {few_changed:10.1f} {changed - few_changed:10.1f}")
    print(f"processor time of the engine, changed / whole: {(changed - few_changed) / (whole - few_whole):.2f}")


if __name__ == "__main__":
    main()
