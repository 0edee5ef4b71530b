"""`measuremart init`: a new repository of a hospital's own."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from measuremart.cli.console import REFUSED, counted, err, out, refusing_to_write
from measuremart.cli.reading import read_project
from measuremart.cli.sync import pending_sync, written_sync
from measuremart.definitions.base import name_fault
from measuremart.problems import did_you_mean
from measuremart.repository import PACKAGE, packs_with_needs
from measuremart.runtime import RuntimeMissingError, runtime_folder, shipped_packs
from measuremart.starter import starter_files
from measuremart.write import Change, apply


class Engine(StrEnum):
    """The databases that a new repository has a profile for."""

    duckdb = "duckdb"
    postgres = "postgres"


def init(
    folder: Annotated[Path, typer.Argument(help="The folder of the repository.", show_default=False)],
    name: Annotated[str | None, typer.Option(help="The name of the dbt project.", show_default="the folder's")] = None,
    engine: Annotated[
        Engine | None, typer.Option(help="The database; both can be used.", show_default="duckdb")
    ] = None,
    packs: Annotated[
        list[str] | None,
        typer.Option("--pack", help="Use this pack of measuremart instead of an example; can be repeated."),
    ] = None,
) -> None:
    """Make a repository of your own: a dbt project with definitions, a profile, checks for CI, and measuremart in it.

    In a terminal, what no option says is asked.
    """
    try:
        known = shipped_packs(runtime_folder())
    except RuntimeMissingError as error:
        err.print(str(error))
        raise typer.Exit(2) from None
    asks = sys.stdin.isatty() and sys.stdout.isatty()
    if name is None:
        default = folder.resolve().name.lower().replace("-", "_")
        name = typer.prompt("Name of the dbt project", default=default) if asks else default
    fault = name_fault(name) or (f"'{name}' is the name of the package: choose another" if name == PACKAGE else None)
    if fault:
        err.print(f"name of the dbt project: {fault}; say another one with --name")
        raise typer.Exit(2)
    if engine is None:
        engine = Engine(typer.prompt("Database, duckdb or postgres", default="duckdb")) if asks else Engine.duckdb
    if packs is None and asks:
        said = typer.prompt(f"Packs of measuremart ({', '.join(known)}), empty for an example", default="")
        packs = said.replace(",", " ").split()
    for pack in packs or ():
        if pack not in known:
            hint = did_you_mean(pack, known) or f"; there are {', '.join(known)}"
            err.print(f"unknown pack '{pack}'{hint}")
            raise typer.Exit(2)
    _write(folder, starter_files(name, engine.value, packs_with_needs(packs or ())))
    read = read_project(folder, None)
    written_sync(folder, read, pending_sync(folder, read))
    out.print(f"{folder}: a dbt project, {_packs_said(folder)} and the folder {PACKAGE}/, which nobody edits")
    out.print("next, in that folder (its README.md says the rest):")
    for line in ("git init", "cp profiles.yml.example profiles.yml", "measuremart build", "measuremart report"):
        out.print(f"  {line}")


def _packs_said(folder: Path) -> str:
    own = sorted(found.name for found in (folder / "definitions").iterdir() if found.is_dir())
    return f"the pack definitions/{own[0]}" if own else "packs of measuremart"


def _write(folder: Path, files: dict[str, str]) -> None:
    there = [path for path in sorted(files) if (folder / path).exists()]
    if there:
        more = f" and {counted(len(there) - 1, 'more file')}" if len(there) > 1 else ""
        err.print(f"{folder / there[0]}{more} would be replaced: choose a new folder")
        raise typer.Exit(REFUSED)
    with refusing_to_write():
        apply(folder, [Change(path, "new", "", text) for path, text in files.items()])
