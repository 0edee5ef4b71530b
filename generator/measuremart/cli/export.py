"""`measuremart export`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from measuremart.cli.console import REFUSED, WAREHOUSE, counted, err, out
from measuremart.cli.options import DefinitionsOption, ProfilesOption, ProjectOption, TargetOption, VariablesOption
from measuremart.cli.reading import read_project
from measuremart.export import export_tables
from measuremart.publication.audience_file import write_audience_file
from measuremart.publication.files import export_publication
from measuremart.warehouse.dbt import WarehouseError
from measuremart.warehouse.marts import Marts
from measuremart.warehouse.profile import missing, profiles_option
from measuremart.write import WriteRefusedError


class Format(StrEnum):
    """What exported files are."""

    parquet = "parquet"
    csv = "csv"
    html = "html"
    duckdb = "duckdb"


def export_command(
    folder: Annotated[
        Path, typer.Argument(help="The folder to write, which must be new; or the DuckDB file.", show_default=False)
    ],
    file_format: Annotated[
        Format,
        typer.Option(
            "--format", help="What the files are; html is a page of a publication, duckdb one file of an audience."
        ),
    ] = Format.parquet,
    reports: Annotated[
        list[str] | None, typer.Option("--report", help="Also the dataset of this report; can be repeated.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what an earlier export wrote.")] = False,
    publication: Annotated[
        int | None, typer.Option("--publication", help="Instead of the marts this publication.", metavar="ID")
    ] = None,
    audience: Annotated[
        str | None,
        typer.Option("--audience", help="Instead of the marts all publications to this audience, as one DuckDB file."),
    ] = None,
    target: TargetOption = None,
    profiles_dir: ProfilesOption = None,
    variables: VariablesOption = None,
    project_dir: ProjectOption = Path(),
    definitions: DefinitionsOption = None,
) -> None:
    """Write the marts of a built project as files, one a table, with a data dictionary; or one publication.

    Rows are ordered, so that the same tables give the same files. The folder appears when all is written. Marts are for
    those who may see patients; a publication is what its audience may see, and so is the DuckDB file of an audience,
    which takes the place of an earlier one.
    """
    if (audience is not None) != (file_format is Format.duckdb):
        err.print("a DuckDB file holds all publications to an audience: say --audience and --format duckdb together")
        raise typer.Exit(2)
    if audience is not None:
        if reports or force or publication is not None:
            err.print("--audience goes with none of --report, --force and --publication")
            raise typer.Exit(2)
        read = read_project(project_dir, definitions)
        if audience not in read.catalogue.of("audiences"):
            err.print(read.catalogue.unknown(audience, ("audiences",)))
            raise typer.Exit(2)
        _export_audience(folder, audience, Marts(project_dir, profiles_dir, target, _told(variables)))
        return
    if publication is not None:
        if reports or force:
            err.print("a publication is exported into a new folder, without datasets: leave --report and --force out")
            raise typer.Exit(2)
        _export_publication(
            folder, file_format, publication, Marts(project_dir, profiles_dir, target, _told(variables))
        )
        return
    if file_format is Format.html:
        err.print("html is for a publication: say --publication, or --format csv or parquet")
        raise typer.Exit(2)
    wanted = tuple(dict.fromkeys(reports or ()))
    if wanted:
        read = read_project(project_dir, definitions)
        for name in wanted:
            if name not in read.plan.reports:
                missing_one = read.plan.unavailable.reports.get(name)
                err.print(
                    f"report '{name}' is unavailable: it has no dataset"
                    if missing_one
                    else read.catalogue.unknown(name, ("reports",))
                )
                raise typer.Exit(2)
    given = (("--target", target), ("--vars", variables))
    options = tuple(str(word) for pair in given if pair[1] is not None for word in pair)
    options += profiles_option(project_dir, profiles_dir)
    rows = tables = 0
    try:
        lack = missing(project_dir, profiles_dir, target)
        if lack:
            raise WarehouseError(lack)
        for done in export_tables(project_dir, folder, file_format.value, wanted, options, force=force):
            err.print(f"{done.number} of {done.of}  {done.table}  {counted(done.rows, 'row')}")
            rows, tables = rows + done.rows, tables + 1
    except WriteRefusedError as refusal:
        err.print(str(refusal))
        raise typer.Exit(REFUSED) from None
    except OSError as error:  # a full disk is reported without the name of the file
        err.print(f"cannot write {error.filename or folder}: {error.strerror}; nothing was exported")
        raise typer.Exit(REFUSED) from None
    except WarehouseError as error:
        err.print(str(error))
        raise typer.Exit(WAREHOUSE) from None
    out.print(f"{counted(tables, 'table')}, {counted(rows, 'row')}: {folder}", soft_wrap=True)


def _export_audience(file: Path, audience: str, marts: Marts) -> None:
    try:
        rows = write_audience_file(marts, audience, file)
    except OSError as error:
        err.print(f"cannot write {error.filename or file}: {error.strerror}; nothing was exported")
        raise typer.Exit(REFUSED) from None
    except WarehouseError as error:
        err.print(str(error))
        raise typer.Exit(WAREHOUSE) from None
    number = counted(rows["pub_publication"], "publication")
    out.print(f"{number}, {counted(rows['pub_figure'], 'figure')}: {file}", soft_wrap=True)


def _told(variables: str | None) -> tuple[str, ...]:
    return () if variables is None else ("--vars", variables)


def _export_publication(folder: Path, file_format: Format, publication: int, marts: Marts) -> None:
    try:
        rows = export_publication(marts, publication, folder, file_format.value)
    except WriteRefusedError as refusal:
        err.print(str(refusal))
        raise typer.Exit(REFUSED) from None
    except OSError as error:
        err.print(f"cannot write {error.filename or folder}: {error.strerror}; nothing was exported")
        raise typer.Exit(REFUSED) from None
    except WarehouseError as error:
        err.print(str(error))
        raise typer.Exit(WAREHOUSE) from None
    out.print(f"publication {publication}, {counted(rows['pub_figure'], 'figure')}: {folder}", soft_wrap=True)
