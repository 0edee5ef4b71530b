"""dbt as a user runs it: a command of its own, on a database file of its own."""

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml
from lab import dbt_server

ROOT = Path(__file__).resolve().parents[2]

# What a parsed project does not know: variables that only SQL and hooks read, while dbt runs, and where databases are.
# test_parsed_once.py parses with each of them changed. A variable that is not here parses the project for itself.
READ_WHILE_RUNNING = {
    "absent_columns": ["location.state"],
    "as_of": "2025-12-31",
    "e12_attribution": "lead",
    "e12_exports": "/exports",
    "e12_files": "/elsewhere",
    "e12_files_delimiter": ";",
    "e12_files_encoding": "latin-1",
    "omop_files_decimal_mark": ",",
    "omop_files_delimiter": ";",
    "omop_files_encoding": "latin-1",
    "opt_outs_until": "2025-12-31",
    "purpose": "planning",
    "refresh": "changed",
}
PLACES = (
    "MEASUREMART_DUCKDB",
    "MEASUREMART_DUCKDB_THREADS",
    "MEASUREMART_OMOP_DUCKDB",
    "MEASUREMART_POSTGRES_HOST",
    "MEASUREMART_POSTGRES_PORT",
)


@cache
def shared_folder() -> Path:
    """Return the folder that all workers of a session share (tests/conftest.py): lean and parsed projects."""
    return Path(os.environ.get("MEASUREMART_TEST_SHARED") or tempfile.mkdtemp(prefix="measuremart-tests-"))


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
    # Whether dbt may take the project as an earlier command parsed it, with the same packs, variables and profile.
    shares_parsing: bool = True

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
            project = lean_project(shared_folder() / "lean", default_packs() if packs is None else packs)
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
        given = self.environment(**environment)
        parsed = None
        if self.project == ROOT and self.shares_parsing and not {"parse", "--warn-error"} & set(arguments):
            parsed = shared_folder() / f"{self.parsed_as(variables, given)}.parsed"
        code, said = dbt_server.run(command, given, self.folder, parsed)
        return Run(code, said, self.folder / "target")

    def parsed_as(self, variables: dict[str, Any], environment: dict[str, str]) -> str:
        """Name all that decides what dbt makes of the project's files: what parses alike has the same name."""
        apart = {*READ_WHILE_RUNNING}
        if variables.get("omop_files_format") == "csv":  # else sources are files of that folder
            apart.add("omop_files")
        parsing = {name: value for name, value in variables.items() if name not in apart}
        parsing["packs"] = sorted(variables.get("packs", default_packs()))
        read = {
            name: value
            for name, value in environment.items()
            if name.startswith(("MEASUREMART_", "DBT_"))
            and not name.startswith("MEASUREMART_TEST_")
            and name not in PLACES
        }
        return hashlib.sha256(json.dumps([self.target, parsing, read], sort_keys=True).encode()).hexdigest()[:20]

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
    whole = folder / ("-".join(sorted(packs)).replace("/", "") or "none")
    if whole.exists():
        return whole
    folder.mkdir(parents=True, exist_ok=True)
    project = Path(tempfile.mkdtemp(dir=folder))
    for part in ("models", "macros", "seeds", "tests/generic", "tests/singular"):
        for path in sorted((ROOT / part).rglob("*")):
            inside = path.relative_to(ROOT)
            if path.is_file() and not (part == "models" and left_out & set(inside.parts)):
                (project / inside).parent.mkdir(parents=True, exist_ok=True)
                (project / inside).symlink_to(path)
    for name in ("dbt_project.yml", "selectors.yml"):
        (project / name).symlink_to(ROOT / name)
    try:
        project.rename(whole)
    except OSError:  # another worker was first
        shutil.rmtree(project)
    return whole


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
