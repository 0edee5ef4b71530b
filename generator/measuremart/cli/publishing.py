"""`measuremart publish`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from measuremart.cli.console import UNEXPECTED, WAREHOUSE, counted, err, out
from measuremart.cli.options import DefinitionsOption, ProfilesOption, ProjectOption, TargetOption, VariablesOption
from measuremart.cli.reading import packs_option, read_project
from measuremart.pipeline import Read
from measuremart.plan.nodes import Audience, Report
from measuremart.plan.packs import packs_to_build
from measuremart.publication.audience_file import audience_file, write_audience_file
from measuremart.publication.solver_extra import SolverMissingError, needed_modules
from measuremart.warehouse.dbt import WarehouseError
from measuremart.warehouse.marts import Marts

UNKNOWN = 2


def publish_command(
    report: Annotated[str, typer.Argument(help="The report.", show_default=False)],
    audience: Annotated[str, typer.Option("--audience", help="Who may see it: an audience of the definitions.")],
    approver: Annotated[str | None, typer.Option("--approver", help="Who approves the publication.")] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Publish nothing; say how much would be hidden, and whether it is safe.")
    ] = False,
    retract: Annotated[
        int | None, typer.Option("--retract", help="Take the figures of this publication away.", metavar="ID")
    ] = None,
    target: TargetOption = None,
    profiles_dir: ProfilesOption = None,
    variables: VariablesOption = None,
    project_dir: ProjectOption = Path(),
    definitions: DefinitionsOption = None,
) -> None:
    """Publish a report for an audience: small counts hidden, the rest attacked before anything is written.

    The project must be built. Nothing else publishes: builds leave the tables pub_* alone. Exit code 9: a hidden number
    could be calculated, so that nothing was published.
    """
    try:
        needed_modules()
    except SolverMissingError as error:
        err.print(str(error))
        raise typer.Exit(UNKNOWN) from None
    # Here only: NumPy and SciPy are an extra, and no other command should wait for them.
    from measuremart.publication.checking import checked, leak_lines
    from measuremart.publication.preview import preview_lines
    from measuremart.publication.reading import read_candidates
    from measuremart.publication.writing import approver_fault, write_publication

    read = read_project(project_dir, definitions)
    planned, asked = _asked(read, report, audience)
    fault = None if preview else approver_fault(approver or "")
    if fault:
        err.print(fault)
        raise typer.Exit(UNKNOWN)
    packs = () if variables is not None else packs_to_build(read.plan, [planned.about.pack, asked.about.pack])
    marts = Marts(project_dir, profiles_dir, target, packs_option(read, packs, variables))
    try:
        if retract is not None:
            _refuse_preview(preview)
            _retract(marts, audience, report, retract, str(approver))
            return
        candidates = read_candidates(marts, asked, planned)
        found = checked(candidates, lambda name: err.print(f"checking {name}"))
        for line in preview_lines(found.figures):
            out.print(line, soft_wrap=True)
        if found.leaks:
            err.print("A number that is hidden could be calculated from those that are shown; nothing was published:")
            for line in leak_lines(found.leaks):
                err.print(f"  {line}")
            err.print("Give the audience fewer levels, strata or periods, or a stronger policy.")
            raise typer.Exit(UNEXPECTED)
        if preview:
            out.print("The attack finds no hidden number. Nothing was published: this is a preview.")
            return
        number = write_publication(marts, audience, report, str(approver), candidates, found.figures)
    except WarehouseError as error:
        err.print(str(error))
        raise typer.Exit(WAREHOUSE) from None
    out.print(f"published: publication {number}, {counted(len(found.figures), 'figure')} as of {candidates.as_of}")
    _refresh(marts, audience)


def _retract(marts: Marts, audience: str, report: str, publication: int, by: str) -> None:
    """Take the figures away: from the file of the audience, too, and from there first, so that no kill leaves them."""
    from measuremart.publication.writing import write_retraction  # needs NumPy, which is an extra

    file = audience_file(marts, audience)
    if file is not None:
        file.unlink(missing_ok=True)
    try:
        write_retraction(marts, audience, report, publication, by)
    except WarehouseError as error:
        err.print(str(error))
        if file is not None and file.parent.is_dir():
            _refresh(marts, audience)
        raise typer.Exit(WAREHOUSE) from None
    out.print(f"publication {publication} is retracted: its figures are gone, the record of it stays")
    _refresh(marts, audience)


def _refresh(marts: Marts, audience: str) -> None:
    """Write the DuckDB file of the audience anew, where the warehouse is a DuckDB file."""
    file = audience_file(marts, audience)
    if file is None:
        return
    try:
        write_audience_file(marts, audience, file)
    except (OSError, WarehouseError) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        err.print(f"{file} was not written: {said}", soft_wrap=True)
        err.print(f"run `measuremart export {file} --format duckdb --audience {audience}`", soft_wrap=True)
        raise typer.Exit(WAREHOUSE) from None
    out.print(f"what the audience may see: {file}", soft_wrap=True)


def _asked(read: Read, report: str, audience: str) -> tuple[Report, Audience]:
    """Return report and audience, or stop: where one is unknown, or the audience is not of the report."""
    for name, section in ((report, "reports"), (audience, "audiences")):
        if name not in read.catalogue.of(section):
            err.print(read.catalogue.unknown(name, (section,)))
            raise typer.Exit(UNKNOWN)
    if report not in read.plan.reports:
        err.print(f"report '{report}' is unavailable: there is nothing to publish")
        raise typer.Exit(UNKNOWN)
    asked = read.plan.audiences[audience]
    if report not in asked.reports:
        err.print(f"audience '{audience}' may not see report '{report}': it sees {', '.join(asked.reports)}")
        raise typer.Exit(UNKNOWN)
    return read.plan.reports[report], asked


def _refuse_preview(preview: bool) -> None:
    if preview:
        err.print("--preview shows a publication, and --retract takes one away: say one of the two")
        raise typer.Exit(UNKNOWN)
