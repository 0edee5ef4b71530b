"""dbt as a user runs it: a command of its own, on a database file of its own."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Run:
    """What one dbt command said and left behind."""

    exit_code: int
    output: str
    target: Path

    @property
    def statuses(self) -> dict[str, str]:
        """Node name -> pass, warn, fail, success ..."""
        results = json.loads((self.target / "run_results.json").read_text())["results"]
        return {result["unique_id"].split(".")[2]: result["status"] for result in results}


@dataclass
class Warehouse:
    """A project, and an empty DuckDB file that it builds into."""

    folder: Path
    project: Path = ROOT
    target: str = "duckdb"
    attached: Path | None = None

    @property
    def database(self) -> Path:
        return self.folder / "built_by_test.duckdb"

    def dbt(self, *arguments: str, variables: dict[str, Any] | None = None, **environment: str) -> Run:
        """Run dbt with the example profile; nothing is written outside the test's own folder."""
        profiles = self.folder / "profiles"
        profiles.mkdir(exist_ok=True)
        shutil.copy(ROOT / "profiles.example.yml", profiles / "profiles.yml")
        command = [str(Path(sys.executable).parent / "dbt"), "--no-use-colors", *arguments]
        command += ["--profiles-dir", str(profiles), "--project-dir", str(self.project), "--target", self.target]
        command += ["--target-path", str(self.folder / "target"), "--log-path", str(self.folder / "logs")]
        command += ["--vars", json.dumps(variables or {})]
        done = subprocess.run(
            command,
            env={
                **os.environ,
                "MEASUREMART_DUCKDB": str(self.database),
                "MEASUREMART_DUCKDB_THREADS": "2",
                **environment,
            },
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        return Run(done.returncode, done.stdout + done.stderr, self.folder / "target")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a query over the built database returns."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            if self.attached:
                connection.execute(f"attach '{self.attached}' as omop (read_only)")
            return connection.execute(sql).fetchall()


def scratch_project(folder: Path, target: str = "duckdb") -> Warehouse:
    """Return a project of the test's own with our macros and generic tests; the test writes its models."""
    project = folder / "project"
    (project / "models").mkdir(parents=True)
    (project / "dbt_project.yml").write_text(
        json.dumps(
            {
                "name": "measuremart",
                "profile": "measuremart",
                "macro-paths": [str(ROOT / "macros"), str(ROOT / "tests" / "generic")],
                "models": {"+materialized": "table"},
            }
        )
    )
    return Warehouse(folder, project, target)
