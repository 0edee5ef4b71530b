"""What notices a wrong renderer: run against whatever `measuremart` is first on the path; exits 1 and names the test."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lab import DuckDbEngine, Engine, PostgresEngine, prepare
from lab.direct import DirectBench
from lab.postgres_server import PostgresServer
from property.bench import Bench
from property.cases import numbered
from property.comparison import Trial
from property.definitions import write_measures
from property.reports import write_reports
from spec.reading import spec_files

ROOT = Path(__file__).resolve().parents[2]
REPORTS = [str(ROOT / "tests" / "property" / f"test_report_{what}.py") for what in ("examples", "reasons", "windows")]
SEED = 20
RANDOM_CASES = 150


def failing_examples(engine: Engine) -> Iterator[str]:
    """Yield the examples of the specification that an engine no longer answers as written."""
    bench = DirectBench(engine)
    for file in spec_files():
        for scene in file.scenes:
            try:
                members = bench.members(prepare(scene.case()))
            except Exception as error:  # the database refuses the SQL: noticed as well
                yield f"{engine.name} spec {scene.file} {scene.name}: {type(error).__name__}"
                continue
            for example in scene.examples:
                if members[example.relation] != example.expected():
                    yield f"{engine.name} spec {scene.file} {scene.name} {example.name}"


def failing_on_duckdb() -> Iterator[str]:
    """Yield the examples that DuckDB no longer answers as written."""
    yield from failing_examples(DuckDbEngine())


def failing_on_postgres() -> Iterator[str]:
    """Yield the examples that PostgreSQL no longer answers as written."""
    with PostgresServer() as server:
        yield from failing_examples(PostgresEngine(server.dsn))


def failing_reports() -> Iterator[str]:
    """Say whether the reports that were worked out by hand still come out so, on both engines."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *REPORTS]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode != 0:
        yield next((line for line in done.stdout.splitlines() if line.startswith("FAILED")), "report examples")[:150]


def failing_random_cases() -> Iterator[str]:
    """Yield the random cases, every other one with a report, about which DuckDB and the referee disagree."""
    judge = Trial([Bench(DuckDbEngine())])
    for number in range(RANDOM_CASES):
        writer = write_reports if number % 2 else write_measures
        if judge.run(numbered(SEED, number, writer)).differences:
            yield f"random case {number} of seed {SEED}"


def main() -> int:
    """Print the first test that fails; 0 where none does."""
    for failing in (failing_on_duckdb, failing_reports, failing_random_cases, failing_on_postgres):
        for name in failing():
            print(name)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
