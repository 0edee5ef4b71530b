"""`measuremart docs`: the definitions of a project as a site of pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from measuremart.cli.console import err, kinds_said, out, refusing_to_write
from measuremart.cli.options import DefinitionsOption, ProjectOption
from measuremart.cli.reading import read_folder, read_project
from measuremart.explain.difference import DifferenceError, differences, folder_at, last_release
from measuremart.explain.site import Changes, site_files
from measuremart.pipeline import Read
from measuremart.problems import Kind
from measuremart.write import apply, changes


def docs_command(
    output: Annotated[
        Path | None, typer.Option("--output", help="The folder of the site; target/definitions unless told.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", help="The git reference to compare with; the last tag unless told.", metavar="GIT-REF"),
    ] = None,
    project_dir: ProjectOption = Path(),
    definitions: DefinitionsOption = None,
) -> None:
    """Write all definitions as a site: what each means, examples, what uses it, what changed.

    The pages need no server, no network and no scripts: open index.html in a browser, or copy the folder.
    """
    read = read_project(project_dir, definitions)
    folder = output or project_dir / "target" / "definitions"
    reference = since or last_release(project_dir)
    compared = None
    if reference is not None:
        try:
            compared = _since(project_dir, reference, definitions or project_dir / "definitions", read)
        except DifferenceError as error:
            err.print(str(error) if since else f"warning: no changes are shown: {error}")
            if since:
                raise typer.Exit(2) from None
    with refusing_to_write():
        pages = changes(folder, site_files(read, compared), ("",))
        apply(folder, pages)
    out.print(f"wrote {folder / 'index.html'}: {kinds_said(pages)}", soft_wrap=True)


def _since(project: Path, reference: str, folder: Path, new: Read) -> Changes:
    """Return what means something else than at a git reference. Raises `DifferenceError` where that cannot be said."""
    with folder_at(project, reference, folder) as place:
        old = read_folder(project, place)
    faults = [p for p in old.problems if p.kind is not Kind.WARNING]
    if faults:
        raise DifferenceError(f"the definitions at '{reference}' cannot be understood, for example: {faults[0]}")
    return Changes(reference, differences(old, new))
