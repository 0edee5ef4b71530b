"""The warehouse through dbt as a process of its own: queries by `dbt show`, whole projects by `dbt run`."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

# What engines say of a relation or schema that is not there: DuckDB and PostgreSQL, Spark.
_NO_RELATION = re.compile(r"(table|relation|schema)\b.* does not exist|TABLE_OR_VIEW_NOT_FOUND", re.IGNORECASE)

# What they say of a column that is not there: a mart of an earlier or later version.
_NO_COLUMN = re.compile(
    r"does not have a column named|Referenced column .* not found|column .* does not exist|UNRESOLVED_COLUMN",
    re.IGNORECASE,
)

# What DuckDB, Python and the system say where a file cannot be opened or written, and what a person is told.
_FILE_FAULTS = (
    (
        re.compile(r"Could not set lock on file \"(?P<file>[^\"]+)\".*?(?:PID (?P<pid>\d+))?\)", re.DOTALL),
        "another program holds the database {file}{pid}: close it, or wait until it ends",
    ),
    (
        re.compile(r"No space left on device(?:: '(?P<file>[^']+)')?"),
        "the disk is full{file}: make room, then run it again",
    ),
    (
        re.compile(r"File too large(?:: '(?P<file>[^']+)')?"),
        "a file would be larger than is allowed{file}: raise the limit, then run it again",
    ),
    (
        re.compile(
            r"(?:Cannot open file \"(?P<duckdb>[^\"]+)\": |\[Errno \d+\] )?"
            r"(?P<why>Permission denied|Read-only file system|Not a directory)(?:: '(?P<file>[^']+)')?"
        ),
        "{file} cannot be written: {why}",
    ),
)


class WarehouseError(Exception):
    """dbt could not be started, or said no; the message is for a person."""


def dbt_command() -> str:
    """Return the path of the `dbt` command: the one beside this Python, else the first on the PATH."""
    beside = Path(sys.executable).parent / "dbt"
    found = str(beside) if beside.exists() else shutil.which("dbt")
    if found is None:
        raise WarehouseError("dbt is not installed here: pip install dbt-duckdb (or another adapter)")
    return found


def given_variables(variables: str | None) -> dict[str, Any]:
    """Return dbt's variables as they are written after `--vars`. Raises `ValueError` where they are no mapping."""
    try:
        given = yaml.safe_load(variables or "{}")
    except (yaml.YAMLError, ValueError):  # ValueError: 2025-02-30, which YAML takes for a day
        given = None
    if not isinstance(given, dict):
        raise ValueError("--vars is not a mapping, such as '{as_of: 2025-12-31}'")
    return given


def with_packs(variables: str | None, packs: Sequence[str]) -> str:
    """Return dbt's variables, as one writes them after `--vars`, with the variable `packs` set.

    Raises `ValueError` where they are no mapping, or name packs themselves.
    """
    given = given_variables(variables)
    if "packs" in given:
        raise ValueError("--vars names packs, and so does --pack: say one of the two")
    return json.dumps(given | {"packs": list(packs)}, default=str)


def query(project: Path, sql: str, options: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Return the rows of a query that may use `ref()`, through `dbt show`. Raises `WarehouseError`.

    `options` are passed on to dbt (`--target`, `--profiles-dir`, `--vars` ...).
    """
    command = [
        dbt_command(), "--quiet", "--no-use-colors", "show", "--inline", sql, "--limit", "-1", "--output", "json",
        "--project-dir", str(project), *options,
    ]  # fmt: skip
    environment = os.environ | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        raise failed(done.stdout + done.stderr)
    start = done.stdout.find("{")
    if start < 0:
        raise WarehouseError("dbt answered nothing")
    rows = json.JSONDecoder().raw_decode(done.stdout[start:])[0]["show"]
    return list(rows)


def failed(said: str, doing: str = "answer") -> WarehouseError:
    """Return what to tell a person of dbt's output: one line for what is known, all of it for the rest."""
    if _NO_RELATION.search(said):
        return WarehouseError("the project is not built there, or not whole: run `dbt build`")
    if doing == "answer" and _NO_COLUMN.search(said):
        return WarehouseError("what is built there was built by another version of measuremart: run `dbt build`")
    for pattern, text in _FILE_FAULTS:
        found = pattern.search(said)
        if found is not None:
            return WarehouseError(_file_fault(text, found.groupdict()))
    if not said.strip():  # dbt ends so where it cannot open its log
        return WarehouseError(f"dbt could not {doing}, and says nothing: its folders logs and target must be writable")
    return WarehouseError(f"dbt could not {doing}. It says:\n{said.strip()}")


def _file_fault(text: str, found: dict[str, str | None]) -> str:
    file = found.get("file") or found.get("duckdb")
    if text.startswith("{file}"):
        return text.format(file=file or "a file or folder", why=found["why"])
    if "{pid}" in text:
        return text.format(file=file, pid=f" (process {found['pid']})" if found["pid"] else "")
    return text.format(file=f" ({file})" if file else "")


def link_package(project: Path) -> None:
    """Run `dbt deps` unless the package that dbt reads is the folder `measuremart/` of this project.

    dbt links it by its whole path: in a copy of a repository, the link leads to the original. Raises `WarehouseError`.
    """
    link = project / "dbt_packages" / "measuremart"
    if link.is_symlink() and link.resolve() == (project / "measuremart").resolve():
        return
    command = [dbt_command(), "--quiet", "--no-use-colors", "deps", "--project-dir", str(project)]
    environment = os.environ | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        raise failed(done.stdout + done.stderr, "link the package (dbt deps)")


def operation(
    project: Path,
    macro: str,
    arguments: dict[str, Any],
    options: tuple[str, ...] = (),
    variables: Mapping[str, str] | None = None,
) -> Iterator[dict[str, Any] | list[Any]]:
    """Run a macro of a project; yield what it prints, a value for each line of JSON. Raises `WarehouseError`.

    `options` are as in `query`, `variables` those of the environment. A caller that stops early ends dbt.
    """
    command = [
        dbt_command(), "--quiet", "--no-use-colors", "run-operation", macro, "--args", json.dumps(arguments),
        "--project-dir", str(project), *options,
    ]  # fmt: skip
    environment = os.environ | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "PYTHONIOENCODING": "utf-8"}
    environment |= variables or {}
    said = []
    is_read = False
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", env=environment
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if line.startswith(("{", "[")):
                    yield json.loads(line)
                else:
                    said.append(line)
            is_read = True
        finally:
            if not is_read:
                process.terminate()
    if process.returncode != 0:
        raise failed("".join(said))


@dataclass(frozen=True, slots=True)
class Ran:
    """What the macros of a project printed, a value for each line of JSON, and what was said of models that failed."""

    printed: list[dict[str, Any]]
    failures: dict[str, str]


def run(project: Path) -> Ran:
    """Run all models of a project that has its profile beside it. Raises `WarehouseError` where it could not start."""
    command = [
        dbt_command(), "--quiet", "--no-use-colors", "--log-level-file", "none", "run", "--no-partial-parse",
        "--project-dir", str(project), "--profiles-dir", str(project),
    ]  # fmt: skip
    # Settings of the real project, such as a target, are not meant for this one.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DBT_")}
    environment["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=project, check=False)
    results = project / "target" / "run_results.json"
    if done.returncode not in (0, 1) or not results.is_file():
        raise failed(done.stdout + done.stderr, "run")
    failures = {}
    for result in json.loads(results.read_text(encoding="utf-8"))["results"]:
        if result["status"] not in ("success", "skipped"):
            failures[result["unique_id"].split(".", 2)[2]] = " ".join((result["message"] or "no reason given").split())
    printed = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return Ran(printed, failures)
