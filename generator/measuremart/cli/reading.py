"""A project's definitions as the commands read them: what is wrong is printed, and ends the command."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import typer

from measuremart.cli.console import counted, err, of_section, out
from measuremart.definitions.file import SECTIONS
from measuremart.pack_files import ShippedPacks
from measuremart.pipeline import Read, read_definitions
from measuremart.plan.packs import packs_to_build
from measuremart.plan.states import states
from measuremart.problem_frames import frames
from measuremart.problems import Kind, Problem, did_you_mean, exit_code, in_full, in_short, without_many_unused
from measuremart.repository import RepositoryError, is_repository, shipped_for
from measuremart.runtime import RuntimeMissingError
from measuremart.warehouse.dbt import with_packs


def read_project(
    project: Path,
    definitions: Path | None,
    told: Callable[[Sequence[Problem]], list[str]] = in_short,
    *,
    is_whole: bool = True,
) -> Read:
    """Return what the definitions of a project say; print what is wrong, and stop at an error.

    Without `is_whole` nothing is printed: the caller goes on with what is valid, and calls `stop_at` in the end.
    """
    folder = definitions or project / "definitions"
    if not folder.is_dir():
        err.print(f"there is no folder {folder}: run this in the project, or say --project-dir")
        raise typer.Exit(2)
    read = read_folder(project, folder)
    if is_whole:
        stop_at(read.problems, told, folder=folder)
    return read


def read_folder(project: Path, folder: Path) -> Read:
    """Return what a folder of definitions says, and the packs of measuremart beside it where a project has such."""
    return read_definitions(folder, _shipped(project, folder))


def shipped_packs_of(project: Path) -> frozenset[str]:
    """Return the packs of measuremart that a repository reads; none in the project of measuremart itself."""
    shipped = _shipped(project, project / "definitions")
    return shipped.read if shipped is not None else frozenset()


def _shipped(project: Path, definitions: Path) -> ShippedPacks | None:
    """Return the packs that measuremart brings to a hospital's own repository, None in another project."""
    try:
        return shipped_for(project, definitions) if is_repository(project) else None
    except (RepositoryError, RuntimeMissingError) as error:
        err.print(str(error))
        raise typer.Exit(2) from None


def stop_at(
    problems: Sequence[Problem],
    told: Callable[[Sequence[Problem]], list[str]] = in_short,
    so: str = "nothing was written",
    folder: Path | None = None,
) -> None:
    """Print problems, and stop where one is an error; `so` says what it stopped.

    At a terminal each problem comes with its line of the file, found through the `folder` of packs; elsewhere it is one
    line, for logs and pipes.
    """
    for line in _framed(problems, told, folder) if err.is_terminal and folder is not None else told(problems):
        err.print(line)
    stop_quietly_at(problems, so)


def stop_quietly_at(problems: Sequence[Problem], so: str = "nothing was written") -> None:
    """Stop where a problem is an error, with their number alone; `so` says what it stopped."""
    errors = [p for p in problems if p.kind is not Kind.WARNING]
    if errors:
        files = len({p.position.file for p in errors})
        err.print(f"{counted(len(errors), 'problem')} in {counted(files, 'file')}; {so}")
        raise typer.Exit(exit_code(errors))


def _framed(problems: Sequence[Problem], told: Callable[[Sequence[Problem]], list[str]], folder: Path) -> Iterator[str]:
    kept, count = (list(problems), "") if told is in_full else without_many_unused(problems)
    yield from frames(kept, folder)
    if count:
        yield count


def say_what_is_missing(read: Read) -> None:
    """Print how many definitions are incomplete, unavailable or there in part."""
    found = states(read.plan)
    for state, word in (("incomplete", "incomplete"), ("unavailable", "unavailable"), ("in part", "there in part")):
        counts = [of_section(found[state, section], section) for section in SECTIONS if found[state, section]]
        if counts:
            out.print(f"{word}: {', '.join(counts)}")


def packs_option(read: Read, packs: Sequence[str], variables: str | None) -> tuple[str, ...]:
    """Return the option of dbt that says the variables, with the packs asked for and what they need; () without any."""
    if not packs:
        return () if variables is None else ("--vars", variables)
    for pack in packs:
        refuse_unknown_pack(read, pack)
    try:
        return "--vars", with_packs(variables, packs_to_build(read.plan, packs))
    except ValueError as error:
        err.print(str(error))
        raise typer.Exit(2) from None


def refuse_unknown_pack(read: Read, pack: str | None) -> None:
    """Stop where there is no such pack."""
    packs = read.catalogue.packs()
    if pack is not None and pack not in packs:
        hint = did_you_mean(pack, packs) or f"; there are {', '.join(packs)}"
        err.print(f"unknown pack '{pack}'{hint}")
        raise typer.Exit(2)
