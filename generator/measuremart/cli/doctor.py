"""`measuremart doctor`."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import typer

from measuremart import __version__
from measuremart.cli.console import REFUSED, WAREHOUSE, echo, err, out, refusing_to_write
from measuremart.cli.options import ProfilesOption, ProjectOption, TargetOption, VariablesOption
from measuremart.doctor import Check, checks_of
from measuremart.doctor.tables import absent_variables, row_counts
from measuremart.doctor.variables import NotWritableError, with_variables
from measuremart.repository import PACKAGE, is_repository
from measuremart.sync import MANIFEST, ManifestError, read_manifest
from measuremart.warehouse.dbt import WarehouseError, link_package
from measuremart.warehouse.doctor import Looked, look
from measuremart.warehouse.profile import engine_of, no_profile, profiles_folder, profiles_option
from measuremart.write import Change, apply

_LISTS = re.compile(r"\babsent_(tables|columns)\b[\"']?\s*:")


class Format(StrEnum):
    """What is printed."""

    text = "text"
    json = "json"


def doctor(
    no_rows: Annotated[
        bool, typer.Option("--no-rows", help="Do not read the tables: no counts of rows and of unreadable cells.")
    ] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Write what the source lacks into vars of dbt_project.yml, then look again.")
    ] = False,
    file_format: Annotated[Format, typer.Option("--format", help="What is printed.")] = Format.text,
    target: TargetOption = None,
    profiles_dir: ProfilesOption = None,
    variables: VariablesOption = None,
    project_dir: ProjectOption = Path(),
) -> None:
    """Look at all that a build needs: versions, profile, connection, rights, tables, columns, days, ids, vocabulary.

    A line for each check, with a remedy where something is not well. Tables and columns that the source lacks are
    printed as variables to paste; `--write` writes them. Nothing is built, and no value of a patient is printed. The
    exit code is 8 where something would stop a build.
    """
    if write and variables is not None and _LISTS.search(variables):
        err.print("--write writes absent_tables and absent_columns into dbt_project.yml: leave them out of --vars")
        raise typer.Exit(2)
    checks = list(_before_dbt(project_dir, profiles_dir, target))
    looked = Looked()
    if not any(check.status == "error" for check in checks):
        given = (("--target", target), ("--vars", variables))
        options = tuple(word for name, value in given if value is not None for word in (name, value))
        try:
            if is_repository(project_dir):
                link_package(project_dir)
            options += profiles_option(project_dir, profiles_dir)
            if write:
                lacking = absent_variables(look(project_dir, profiles_dir, target, options, reads_rows=False))
                _write(project_dir, lacking)
            looked = look(project_dir, profiles_dir, target, options, reads_rows=not no_rows)
        except WarehouseError as error:
            checks.append(Check("dbt", "error", str(error), "see whether dbt is installed beside measuremart"))
        checks += checks_of(looked)
    changed = absent_variables(looked)
    if file_format is Format.json:
        found = {"checks": [asdict(check) for check in checks], "rows": row_counts(looked), "vars": changed}
        echo(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    else:
        _print(checks, changed)
    if any(check.status == "error" for check in checks):
        raise typer.Exit(WAREHOUSE)


def _write(project: Path, lacking: Mapping[str, Sequence[str]]) -> None:
    """Write variables into dbt_project.yml and say which; stop where the file cannot be changed by a program."""
    file = project / "dbt_project.yml"
    if not lacking:
        err.print(f"{file}: nothing to write")
        return
    old = file.read_bytes().decode("utf-8")
    try:
        new = with_variables(old, lacking)
    except NotWritableError as error:
        err.print(f"{file}: nothing was written: {error}; write this into vars:", soft_wrap=True)
        for line in _lines(lacking):
            err.print(line, soft_wrap=True)
        raise typer.Exit(REFUSED) from error
    with refusing_to_write():
        apply(project, [Change(file.name, "changed", old, new)])
    err.print(f"{file}: written into vars")
    for line in _lines(lacking):
        err.print(line, soft_wrap=True)


def _lines(lists: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for name, entries in lists.items():
        yield f"  {name}: [{', '.join(entries)}]"


def _before_dbt(project: Path, profiles_dir: Path | None, target: str | None) -> Iterator[Check]:
    """Yield what can be said without dbt."""
    if not (project / "dbt_project.yml").is_file():
        remedy = "run this in the project, or say --project-dir; `measuremart init` makes a project"
        yield Check("project", "error", f"there is no {project / 'dbt_project.yml'}", remedy)
        return
    lack = no_profile(project, profiles_dir)
    engine = None if lack else engine_of(project, profiles_dir, target)
    adapter = f"dbt-{engine}" if engine else None
    versions = [f"measuremart {__version__}", f"Python {platform.python_version()}"]
    versions += [f"{name} {_version(name)}" for name in ("dbt-core", adapter) if name]
    yield Check("versions", "ok", ", ".join(versions))
    if adapter and _version(adapter) == "unknown":
        yield Check("adapter", "warning", f"{adapter} is not installed beside measuremart", f"pip install {adapter}")
    if is_repository(project):
        yield _package(project)
    if lack:
        yield Check("profile", "error", *lack)
    else:
        file = profiles_folder(project, profiles_dir) / "profiles.yml"
        yield Check("profile", "ok", str(file))


def _package(project: Path) -> Check:
    """Return whether the folder `measuremart/` is there, and of the version that is installed."""
    try:
        manifest = read_manifest(project / PACKAGE)
    except ManifestError as error:
        return Check("package", "error", str(error), "run `measuremart sync`")
    if manifest is None:
        return Check("package", "error", f"there is no {PACKAGE}/{MANIFEST}", "run `measuremart sync`")
    if manifest.version != __version__:
        remedy = f"run `measuremart sync` and read the diff, or `pip install measuremart=={manifest.version}`"
        return Check("package", "error", f"measuremart {manifest.version} wrote {PACKAGE}/", remedy)
    return Check("package", "ok", f"{PACKAGE}/ is of measuremart {manifest.version}")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def _print(checks: list[Check], changed: dict[str, list[str]]) -> None:
    width = max(len(check.name) for check in checks)
    for check in checks:
        out.print(f"{check.status:<7}  {check.name:<{width}}  {check.finding}", soft_wrap=True)
        if check.remedy:
            out.print(f"{'':<7}  {'':<{width}}  {check.remedy}", soft_wrap=True)
    if changed:
        out.print("for vars of dbt_project.yml:")
        for line in _lines(changed):
            out.print(line, soft_wrap=True)
