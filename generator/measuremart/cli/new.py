"""`measuremart new pack`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from measuremart.catalogue import reserved_pack
from measuremart.cli.console import REFUSED, err, out, refusing_to_write
from measuremart.cli.options import ProjectOption
from measuremart.definitions.base import name_fault
from measuremart.repository import is_repository
from measuremart.runtime import RuntimeMissingError, runtime_folder, shipped_packs
from measuremart.starter import pack_files
from measuremart.write import Change, apply

# The longest name that the definitions of the skeleton make of the pack's: `<pack>_care_28_days`.
_LONGEST = 36 - len("_care_28_days")


class Grain(StrEnum):
    """What a new pack counts."""

    episode = "episode"
    person = "person"


def new_pack(
    pack: Annotated[str, typer.Argument(help="The name of the pack.", show_default=False)],
    grain: Annotated[
        Grain, typer.Option(help="What the pack counts: episodes of care, or persons where the source has no episodes.")
    ] = Grain.episode,
    project_dir: ProjectOption = Path(),
) -> None:
    """Write a pack that can be built as it is, with comments that say what to change."""
    definitions = project_dir / "definitions"
    if not definitions.is_dir():
        err.print(f"there is no folder {definitions}: run this in the project, or say --project-dir")
        raise typer.Exit(2)
    fault = name_fault(pack) or reserved_pack(pack)
    if fault is None and len(pack) > _LONGEST:
        fault = f"'{pack}' is longer than {_LONGEST} characters, and names of definitions begin with it"
    is_own = is_repository(project_dir)
    try:
        if fault is None and is_own and pack in shipped_packs(runtime_folder()):
            fault = f"measuremart has a pack '{pack}', too: choose another name"
    except RuntimeMissingError as error:
        fault = str(error)
    if fault is not None:
        err.print(fault)
        raise typer.Exit(2)
    if (definitions / pack).exists():
        err.print(f"{definitions / pack} is there already")
        raise typer.Exit(REFUSED)
    schemas = "../../measuremart" if is_own else "../.."
    files = pack_files(pack, schemas, by_person=grain is Grain.person)
    with refusing_to_write():
        apply(definitions, [Change(path, "new", "", text) for path, text in files.items()])
    for path in files:
        out.print(str(definitions / path), soft_wrap=True)
    what = "sync" if is_own else "generate"
    out.print(
        f"next: change it, `measuremart validate`, `measuremart {what}`, and add {pack} to packs in dbt_project.yml"
    )
