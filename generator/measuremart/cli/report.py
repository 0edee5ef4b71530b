"""`measuremart report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from measuremart.cli.console import WAREHOUSE, err, out
from measuremart.cli.options import DefinitionsOption, ProjectOption
from measuremart.cli.reading import packs_option, read_project
from measuremart.organisation_table import organisation_rows, organisation_table
from measuremart.pipeline import Read
from measuremart.report_table import (
    freshness_said,
    left_out_rows,
    left_out_said,
    reasons_said,
    report_rows,
    report_table,
)
from measuremart.repository import asked_packs
from measuremart.warehouse.dbt import WarehouseError
from measuremart.warehouse.profile import missing, profiles_option


def report_command(
    name: Annotated[
        str | None,
        typer.Argument(
            help="The report, as in definitions; with --pack that pack's own; may be left out where there is only one."
        ),
    ] = None,
    pack: Annotated[
        str | None,
        typer.Option(help="Print the report that pack.yml names, and its organisation; built with `build --pack`."),
    ] = None,
    organisation: Annotated[
        str | None, typer.Option(help="An entity of the report's first level: its rates beside those of its parents.")
    ] = None,
    period: Annotated[str, typer.Option(help="The period, with --organisation.")] = "all time",
    target: Annotated[str | None, typer.Option(help="dbt's target, where it is not the profile's default.")] = None,
    profiles_dir: Annotated[Path | None, typer.Option(help="The folder of dbt's profiles.yml.")] = None,
    variables: Annotated[str | None, typer.Option("--vars", help="dbt variables, as for dbt build.")] = None,
    project_dir: ProjectOption = Path(),
    definitions: DefinitionsOption = None,
) -> None:
    """Print a report that was built: indicator, eligible, met, rate, benchmark, verdict, and what is unavailable."""
    read = read_project(project_dir, definitions)
    variables_option = packs_option(read, [pack] if pack else [], variables)
    beside = read.plan.packs[pack].organisation if pack and name is None and organisation is None else None
    name = name or _report_of(read, pack, project_dir)
    report = read.plan.reports.get(name) or read.plan.unavailable.reports.get(name)
    if report is None:
        err.print(read.catalogue.unknown(name, ("reports",)))
        raise typer.Exit(2)
    leveled = read.plan.reports.get(name)
    if organisation is not None and leveled is None:
        err.print(f"report '{name}' is unavailable: it has no results by organisation")
        raise typer.Exit(2)
    if organisation is not None and leveled is not None and not leveled.levels:
        err.print(f"report '{name}' has no levels: --organisation needs 'levels' in its definition")
        raise typer.Exit(2)
    target_option = () if target is None else ("--target", target)
    options = (*target_option, *profiles_option(project_dir, profiles_dir), *variables_option)
    try:
        lack = missing(project_dir, profiles_dir, target)
        if lack:
            raise WarehouseError(lack)
        if organisation is not None and leveled is not None:
            rows = organisation_rows(project_dir, leveled, organisation, period, options)
            if not rows:
                level = leveled.levels[0].replace("_", " ")
                raise WarehouseError(f"no {level} '{organisation}' in period '{period}' of report '{name}'")
        else:
            rows = report_rows(project_dir, name, options)
        beside_rows = organisation_rows(project_dir, leveled, beside, period, options) if beside and leveled else []
        left_out = left_out_rows(project_dir, name, options) if rows and rows[0]["without"] else []
        if not rows:
            pack = report.about.pack
            raise WarehouseError(f"report '{name}' was not built: is pack '{pack}' in the dbt variable 'packs'?")
    except WarehouseError as error:
        err.print(str(error))
        raise typer.Exit(WAREHOUSE) from None
    for line in left_out_said(left_out):
        out.print(line, soft_wrap=True)
    table = report_table if organisation is None else organisation_table
    out.print(table(report.title, rows, out.width))
    for line in (*reasons_said(rows), *freshness_said(rows)):
        out.print(line, soft_wrap=True)
    if beside_rows:
        out.print("", organisation_table(report.title, beside_rows, out.width))


def _report_of(read: Read, pack: str | None, project: Path) -> str:
    """Return the report that stands for a pack, or the only one that stands for a pack that is built; or stop."""
    if pack is None:
        built = asked_packs(project) or list(read.plan.packs)
        found = {read.plan.packs[name].report for name in built if name in read.plan.packs}
        known = sorted(report for report in found if report is not None)
        if len(known) == 1:
            return known[0]
        there = f"; there are {', '.join(known)}" if known else ""
        raise typer.BadParameter(f"say the report's name, or --pack for the report of a pack{there}")
    report = read.plan.packs[pack].report
    if report is None:
        err.print(f"pack '{pack}' names no report: say one, or put `report` into its pack.yml")
        raise typer.Exit(2)
    return report
