"""`measuremart build`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from measuremart.build_lines import built_said, finding_lines, stage_line, step_said
from measuremart.cli.console import WAREHOUSE, err, out
from measuremart.cli.definitions import written
from measuremart.cli.next_step import after_build
from measuremart.cli.options import DefinitionsOption, ProjectOption
from measuremart.cli.reading import packs_option, read_project, say_what_is_missing
from measuremart.cli.sync import synced
from measuremart.report_rows import READ_MARTS
from measuremart.repository import is_repository
from measuremart.warehouse.build import Built, Step, option_value
from measuremart.warehouse.build import build as dbt_build
from measuremart.warehouse.dbt import WarehouseError, link_package
from measuremart.warehouse.profile import missing_profile, profiles_option


def build(
    context: typer.Context,
    packs: Annotated[
        list[str] | None, typer.Option("--pack", help="Build this pack, and what it needs; can be repeated.")
    ] = None,
    variables: Annotated[str | None, typer.Option("--vars", help="dbt variables, as for dbt build.")] = None,
    project_dir: ProjectOption = Path(),
    definitions: DefinitionsOption = None,
) -> None:
    """Write the dbt models of all packs, then build and test them; other options are those of `dbt build`.

    Without --pack, those are built that the variable `packs` names, or else those whose pack.yml says so.

    In a repository of your own, the models are written as `measuremart sync` does, but another version of measuremart
    than that which wrote them last stops.

    A line for each stage with its time, then every warning and failure in words. Where dbt or a test of it fails, the
    exit code is 8. Values of patients are in the database and in dbt's log file only.
    """
    started = time.monotonic()
    read = read_project(project_dir, definitions)
    options = (*packs_option(read, packs or [], variables), *context.args)
    if not any(word.startswith("--profiles-dir") for word in options):
        options += profiles_option(project_dir, None)
    is_own = is_repository(project_dir)
    said = synced(project_dir, read) if is_own else written(project_dir, read)
    out.print(stage_line("sync" if is_own else "generate", time.monotonic() - started, said))
    say_what_is_missing(read)
    started = time.monotonic()
    profiles_dir = option_value(context.args, "--profiles-dir")
    lack = missing_profile(project_dir, Path(profiles_dir) if profiles_dir else None)
    try:
        if lack:
            raise WarehouseError(lack)
        if is_own:
            link_package(project_dir)
        built = _built(project_dir, options)
    except WarehouseError as error:
        err.print(str(error))
        raise typer.Exit(WAREHOUSE) from None
    out.print(stage_line("build", time.monotonic() - started, built_said(built)))
    for finding in built.findings:
        out.print(finding_lines(finding))
    if any(finding.kind == "failure" and " absent_" in finding.said for finding in built.findings):
        out.print("next: measuremart doctor --write, where the source has no such table or column: it writes them all")
    if built.findings:
        out.print(f"dbt's log: {built.log}", soft_wrap=True)
    if built.number_of("failure"):
        raise typer.Exit(WAREHOUSE)
    if built.models >= READ_MARTS:  # a selection of models may leave the marts as they were, or absent
        after_build(read.plan, packs or [], [*(("--vars", variables) if variables else ()), *context.args], project_dir)


def _built(project: Path, options: tuple[str, ...]) -> Built:
    """Run `dbt build`; in a terminal, show where it is until it has ended."""
    if not out.is_terminal:
        return dbt_build(project, options, lambda _: None)
    columns = (BarColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True) as progress:
        task = progress.add_task("dbt reads the project", total=None)

        def show(step: Step) -> None:
            progress.update(task, description=step_said(step), completed=step.number, total=step.of)

        return dbt_build(project, options, show)
