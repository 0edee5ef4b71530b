"""`measuremart import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from measuremart.cli.console import REFUSED, counted, echo, err, kinds_said, of_section, out
from measuremart.cli.options import DefinitionsOption, ProjectOption
from measuremart.cli.reading import stop_at
from measuremart.definitions.base import name_fault
from measuremart.import_table import finding_tables
from measuremart.pipeline import import_oa_cohorts
from measuremart.write import apply


def import_oa_cohorts_folder(
    folder: Annotated[Path, typer.Argument(help="The folder of CSV files.", show_default=False)],
    pack: Annotated[str, typer.Option(help="The pack to write: a folder of the definitions.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; print what would change.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace files that were edited or not imported.")] = False,
    project_dir: ProjectOption = Path(),
    definitions: DefinitionsOption = None,
) -> None:
    """Make a pack of an oa-cohorts configuration, and say what is not as it was there."""
    packs = definitions or project_dir / "definitions"
    faults = [f"there is no folder {wanted}" for wanted in (folder, packs) if not wanted.is_dir()]
    fault = name_fault(pack) or next(iter(faults), None)
    if fault is not None:
        err.print(fault)
        raise typer.Exit(2)
    found = import_oa_cohorts(packs, folder, pack)
    stop_at(found.imported.problems)
    refused = [] if force else found.edited
    if dry_run or refused:
        for change in found.changes:
            echo(change.diff())
    for table in finding_tables(found.imported.findings, found.imported.unavailable):
        out.print(table, "")
    unused = [w for w in found.warnings if w.check == "unused_definition"]
    if unused:
        out.print(f"nothing uses {counted(len(unused), 'definition')}: `measuremart validate` says which")
    if len(found.warnings) > len(unused):
        others = counted(len(found.warnings) - len(unused), "other warning" if unused else "warning")
        out.print(f"{others}: `measuremart validate` says which")
    out.print(", ".join(of_section(n, section) for section, n in found.imported.counts.items()))
    if refused:
        for path in refused:
            err.print(f"{path} was edited since it was imported, or never was imported")
        err.print("nothing was written: keep what is yours in another file or pack, or say --force to lose it")
        raise typer.Exit(REFUSED)
    if dry_run:
        return
    try:
        apply(packs, found.changes)
    except OSError as error:
        err.print(f"cannot write {error.filename}: {error.strerror}; run it again to go on")
        raise typer.Exit(REFUSED) from None
    out.print(f"{packs / pack}: {kinds_said(found.changes)}; next: measuremart generate")
