"""dbt as a user runs it: a command of its own, on a database file of its own."""

import json
import os
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml
from lab import dbt_server

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
    # Whether dbt writes its log file: a tenth of the time of a build.
    is_logged: bool = False

    @property
    def database(self) -> Path:
        return self.folder / "built_by_test.duckdb"

    def arguments(self, *arguments: str, packs: list[str] | None = None) -> list[str]:
        """Arguments of dbt that run this project; nothing is written outside the test's own folder.

        Of the project itself, the files of packs that are not built are left out.
        """
        profiles = self.folder / "profiles"
        profiles.mkdir(exist_ok=True)
        shutil.copy(ROOT / "profiles.example.yml", profiles / "profiles.yml")
        project = self.project
        if project == ROOT:
            project = lean_project(self.folder / "lean", default_packs() if packs is None else packs)
        given = ["--no-use-colors", *([] if self.is_logged else ["--log-level-file", "none"]), *arguments]
        given += ["--profiles-dir", str(profiles), "--project-dir", str(project), "--target", self.target]
        return [*given, "--target-path", str(self.folder / "target"), "--log-path", str(self.folder / "logs")]

    def environment(self, **environment: str) -> dict[str, str]:
        """The variables that the example profile reads, beside those of this process."""
        ours = {"MEASUREMART_DUCKDB": str(self.database), "MEASUREMART_DUCKDB_THREADS": "2"}
        return {**os.environ, **ours, **environment}

    def dbt(self, *arguments: str, variables: dict[str, Any] | None = None, **environment: str) -> Run:
        """Run dbt with the example profile; where variables say which packs are built, the others' files are left out."""
        variables = variables or {}
        command = [*self.arguments(*arguments, packs=variables.get("packs")), "--vars", json.dumps(variables)]
        code, said = dbt_server.run(command, self.environment(**environment), self.folder)
        return Run(code, said, self.folder / "target")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a query over the built database returns."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            if self.attached:
                connection.execute(f"attach '{self.attached}' as omop (read_only)")
            return connection.execute(sql).fetchall()


@cache
def default_packs() -> list[str]:
    """Return the packs that are built where no variable says which."""
    files = sorted((ROOT / "definitions").glob("*/pack.yml"))
    about = {file.parent.name: yaml.safe_load(file.read_text(encoding="utf-8")) for file in files}
    return [pack for pack, said in about.items() if said.get("built") == "by_default"]


def lean_project(folder: Path, packs: list[str]) -> Path:
    """Return the project without the folders of packs that are not built: dbt reads files of half the number."""
    left_out = {path.name for path in (ROOT / "definitions").iterdir() if path.is_dir()} - {"omop", *packs}
    project = folder / ("-".join(packs).replace("/", "") or "none")
    if project.exists():
        return project
    for part in ("models", "macros", "seeds", "tests/generic", "tests/singular"):
        for path in sorted((ROOT / part).rglob("*")):
            inside = path.relative_to(ROOT)
            if path.is_file() and not (part == "models" and left_out & set(inside.parts)):
                (project / inside).parent.mkdir(parents=True, exist_ok=True)
                (project / inside).symlink_to(path)
    for name in ("dbt_project.yml", "selectors.yml"):
        (project / name).symlink_to(ROOT / name)
    return project


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


def staging_project(folder: Path, target: str, *tables: str) -> Warehouse:
    """Return the project without all that comes after staging: opt-outs, and the staging models of some OMOP tables."""
    project = folder / "project"
    (project / "models").mkdir(parents=True)
    real = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    real["models"]["measuremart"]["core"]["staging"]["+contract"]["enforced"] = False  # the columns' types are not here
    kept = ("name", "profile", "vars", "on-run-start", "models")
    said = {name: real[name] for name in kept} | {
        "macro-paths": [str(ROOT / "macros"), str(ROOT / "tests" / "generic")]
    }
    (project / "dbt_project.yml").write_text(json.dumps(said))
    staging = ROOT / "models" / "core" / "staging"
    files = [*(staging / "consent").iterdir(), staging / "omop" / "_sources.yml"]
    for table in tables or ("person", "condition_occurrence"):
        files += [
            staging / "omop" / f"stg_omop__{table}.sql",
            ROOT / "models" / "core" / "files" / "omop" / f"file_omop__{table}.sql",
        ]
    for file in [
        *files,
        ROOT / "models" / "_groups.yml",
        ROOT / "models" / "core" / "periods" / "run_context.sql",
        ROOT / "models" / "generated" / "population_persons.sql",
    ]:
        place = project / file.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        text = file.read_text()
        if (
            file.name == "population_persons.sql"
        ):  # what it reads is not here; that it names the populations is what counts
            text = (
                text[: text.index("with\n")]
                + "{#"
                + text[text.index("with\n") :]
                + "#} select 'none' as population where 1 = 0\n"
            )
        place.write_text(text)
    return Warehouse(folder, project, target)
