"""What a change means, and which keys it moves: `diff`."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import ExitStack
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from measuremart.cli.console import WAREHOUSE, echo, err
from measuremart.cli.options import DefinitionsOption, ProfilesOption, ProjectOption, TargetOption, VariablesOption
from measuremart.cli.reading import packs_option, read_folder, read_project, shipped_packs_of
from measuremart.compare.building import built_sides
from measuremart.compare.lines import moved_data, moved_lines
from measuremart.compare.moves import Moved, compared_names, moved
from measuremart.compare.projects import two_projects
from measuremart.compare.vocabularies import named_concepts, redefined, redefined_data, redefined_lines
from measuremart.explain.difference import (
    Difference,
    DifferenceError,
    difference_data,
    difference_lines,
    differences,
    folder_at,
)
from measuremart.pipeline import Read
from measuremart.problems import Kind
from measuremart.render.project import render
from measuremart.repository import is_repository
from measuremart.sync import package_files
from measuremart.warehouse.dbt import WarehouseError
from measuremart.warehouse.kept import kept_dbt
from measuremart.warehouse.marts import Marts
from measuremart.warehouse.profile import missing_profile
from measuremart.warehouse.vocabulary import of_folder, of_schema, vocabulary_of

UNKNOWN = 2
_SCHEMA = re.compile(r"\w+(\.\w+)?")


class DiffFormat(StrEnum):
    """What a difference is printed as."""

    text = "text"
    json = "json"


def diff_command(
    reference: Annotated[str, typer.Argument(help="The git commit, tag or branch to compare with.")] = "HEAD",
    data: Annotated[
        bool, typer.Option("--data", help="Build both versions, and say how many keys entered, left or changed.")
    ] = False,
    ids: Annotated[
        int, typer.Option("--ids", help="With --data: print so many ids of each change, too.", min=0, metavar="N")
    ] = 0,
    vocabulary: Annotated[
        tuple[str, str] | None,
        typer.Option(
            "--vocabulary",
            help="Compare two releases of the vocabulary instead: folders of parquet or CSV files, or schemas.",
            metavar="OLD NEW",
        ),
    ] = None,
    form: Annotated[DiffFormat, typer.Option("--format", help="What is printed.")] = DiffFormat.text,
    project_dir: ProjectOption = Path(),
    definitions: DefinitionsOption = None,
    profiles_dir: ProfilesOption = None,
    target: TargetOption = None,
    variables: VariablesOption = None,
) -> None:
    """Say which definitions mean something else than at a git reference, and what that reaches.

    Wording, the order of what can be exchanged, and moves between files are no change of meaning. With --data, what
    differs is built in both versions, in schemas of their own that are removed in the end; the last build stays as it
    is.
    """
    if ids and not data:
        err.print("--ids needs --data: without the data there are no ids")
        raise typer.Exit(UNKNOWN)
    new = read_project(project_dir, definitions)
    if vocabulary is not None:
        if data:
            err.print("--data compares definitions over one vocabulary: leave out --data, or --vocabulary")
            raise typer.Exit(UNKNOWN)
        marts = Marts(project_dir, profiles_dir, target, packs_option(new, (), variables))
        _print_vocabularies(new, marts, *vocabulary, as_json=form is DiffFormat.json)
        return
    folder = definitions or project_dir / "definitions"
    try:
        with folder_at(project_dir, reference, folder) as place:
            old = read_folder(project_dir, place)
    except DifferenceError as error:
        err.print(str(error))
        raise typer.Exit(UNKNOWN) from None
    faults = [p for p in old.problems if p.kind is not Kind.WARNING]
    if faults:
        err.print(f"the definitions at '{reference}' cannot be understood, for example: {faults[0]}")
        raise typer.Exit(UNKNOWN)
    found = differences(old, new)
    marts = Marts(project_dir, profiles_dir, target, packs_option(new, (), variables))
    moves = _moves(marts, old, new, found, ids) if data else None
    if form is DiffFormat.json:
        said: Any = difference_data(found)
        if moves is not None:
            said = {"definitions": said, "data": moved_data(moves)}
        echo(json.dumps(said, indent=2, ensure_ascii=False) + "\n")
    else:
        lines = [*difference_lines(found), *(["", *moved_lines(moves)] if moves is not None else [])]
        echo("\n".join(lines) + "\n")


def _moves(marts: Marts, old: Read, new: Read, found: Sequence[Difference], ids: int) -> list[Moved]:
    """Build what differs and compare it; say what dbt could not do."""
    names = compared_names(old.plan, new.plan, found)
    if not names:
        return []
    try:
        lack = missing_profile(marts.project, marts.profiles_dir)
        if lack:
            raise WarehouseError(lack)
        files = [_files(marts.project, read) for read in (old, new)]
        with (
            two_projects(marts.project, *files) as projects,
            kept_dbt() as dbt,
            built_sides(dbt, projects, marts.dbt_options(), names) as (sides, options),
        ):
            return moved(dbt, options, sides, old, new, found, ids)
    except WarehouseError as error:
        err.print(str(error))
        raise typer.Exit(WAREHOUSE) from None


def _files(project: Path, read: Read) -> dict[str, str]:
    """Return what is generated from definitions: the models, or in a hospital's own repository the whole package."""
    return package_files(read.plan, shipped_packs_of(project)) if is_repository(project) else render(read.plan)


def _print_vocabularies(read: Read, marts: Marts, old: str, new: str, *, as_json: bool) -> None:
    """Print what two releases make of the definitions; say what could not be read."""
    concepts = named_concepts(read.plan)
    try:
        with ExitStack() as stack:
            asks = []
            for place in (old, new):
                if Path(place).is_dir():
                    asks.append(of_folder(Path(place)))
                    continue
                if not _SCHEMA.fullmatch(place):
                    raise WarehouseError(f"{place} is no folder, and no name of a schema")
                where = ("--project-dir", str(marts.project), *marts.dbt_options())
                rows = partial(stack.enter_context(kept_dbt()).rows, options=where)
                asks.append(of_schema(rows, place))
            found = redefined(read, *(vocabulary_of(ask, concepts) for ask in asks))
    except WarehouseError as error:
        err.print(str(error))
        raise typer.Exit(WAREHOUSE) from None
    if as_json:
        echo(json.dumps(redefined_data(found), indent=2, ensure_ascii=False) + "\n")
    else:
        echo("\n".join(redefined_lines(found)) + "\n")
