"""`measuremart test`: the examples of definitions."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from measuremart.cli.console import DIFFERENT, UNEXPECTED, WAREHOUSE, counted, err, out
from measuremart.cli.options import DefinitionsOption, ProjectOption
from measuremart.cli.reading import read_project, refuse_unknown_pack
from measuremart.example_coverage import coverage_lines, coverage_of
from measuremart.example_runs import ENGINES, failures_of
from measuremart.pipeline import Read
from measuremart.repository import package_folder
from measuremart.warehouse.dbt import WarehouseError


class Engine(StrEnum):
    """What answers examples."""

    referee = "referee"
    duckdb = "duckdb"
    both = "both"


def run_examples(
    pack: Annotated[str | None, typer.Option(help="Only this pack.")] = None,
    only: Annotated[str | None, typer.Option(help="Only this measure or indicator.")] = None,
    engine: Annotated[Engine, typer.Option(help="What answers the examples.")] = Engine.both,
    coverage: Annotated[
        bool,
        typer.Option("--coverage", help="Print the rules, branches, statuses and reasons that no example reaches."),
    ] = False,
    demand_coverage: Annotated[
        list[str] | None,
        typer.Option(help="Exit 1 where examples do not reach all of this pack; can be repeated.", metavar="PACK"),
    ] = None,
    project_dir: ProjectOption = Path(),
    definitions: DefinitionsOption = None,
) -> None:
    """Run the examples of measures and indicators on the referee and on DuckDB; say which are not as expected."""
    read = read_project(project_dir, definitions)
    for name in (pack, *(demand_coverage or ())):
        refuse_unknown_pack(read, name)
    if only is not None and not any(only in read.catalogue.of(s) for s in ("measures", "indicators")):
        err.print(read.catalogue.unknown(only, ("measures", "indicators")))
        raise typer.Exit(2)
    examples = [e for e in read.examples if pack in (None, e.pack) and only in (None, e.definition)]
    engines = [name for name in ENGINES if engine in (Engine.both, name)]
    failures = []
    for name in engines if examples else ():
        err.print(f"{counted(len(examples), 'example')} on {name}")
        try:
            found = failures_of(name, examples, ENGINES[name](read.plan, examples, package_folder(project_dir)))
        except WarehouseError as error:
            err.print(str(error))
            raise typer.Exit(WAREHOUSE) from None
        for failure in found:
            err.print(str(failure))
        failures += found
    demanded = {*(demand_coverage or ()), *(() if only else _demanding(read, pack))}
    is_covered = _say_coverage(read, pack, coverage, demanded)
    where = " and ".join(engines)
    failed = len({failure.example for failure in failures})
    if failed:
        out.print(f"{failed:,} of {counted(len(examples), 'example')} not as expected on {where}")
        raise typer.Exit(UNEXPECTED)
    out.print(f"{counted(len(examples), 'example')}: all as expected on {where}" if examples else "no examples")
    if not is_covered:
        raise typer.Exit(DIFFERENT)


def _demanding(read: Read, pack: str | None) -> list[str]:
    """Return the packs whose `pack.yml` demands that examples reach everything; only `pack` where one is named."""
    said = {name: about.coverage for name, about in read.catalogue.about.items() if about is not None}
    return [name for name, demand in said.items() if demand is not None and demand.demanded and pack in (None, name)]


def _say_coverage(read: Read, pack: str | None, wanted: bool, demanded: Collection[str]) -> bool:
    """Print the coverage that is asked for or missing; say whether that of all demanded packs is whole."""
    packs = [p for p in read.catalogue.packs() if p in demanded or (wanted and pack in (None, p))]
    found = coverage_of(read.plan, read.examples, packs, read.catalogue.about) if packs else []
    for line in coverage_lines(found):
        out.print(line, soft_wrap=True)
    return all(c.is_whole for c in found if c.pack in demanded)
