"""`measuremart sync`: the folder `measuremart/` of a hospital's own repository."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from measuremart import __version__
from measuremart.changelog import in_order, what_changed_a_result
from measuremart.cli.console import (
    DIFFERENT,
    REFUSED,
    built_said,
    counted,
    echo,
    err,
    kinds_said,
    out,
    refusing_to_write,
)
from measuremart.cli.options import ProblemFormat, ProblemFormatOption, ProjectOption, UnusedOption
from measuremart.cli.programs import problems_for_programs, refuse_format_without_check
from measuremart.cli.reading import read_project, say_what_is_missing, shipped_packs_of
from measuremart.pipeline import Read
from measuremart.problems import in_full, in_short
from measuremart.repository import PACKAGE, is_repository
from measuremart.sync import CHANGELOG, FOREIGN, MANIFEST, ManifestError, Synced, package_files, pending, places_said
from measuremart.write import apply

_NAMED = 10  # files that are named; of more, the number is said


def sync(
    project_dir: ProjectOption = Path(),
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if the folder is not current.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Write nothing; print what would change.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Lose what was edited in the folder.")] = False,
    form: ProblemFormatOption = ProblemFormat.text,
    unused: UnusedOption = False,
) -> None:
    """Write the folder `measuremart/` of your repository, the dbt package with the models of your definitions.

    It is written for the version of measuremart that is installed. After an upgrade, what changed is said, with the
    changelog's words for what changed a result. A file that somebody edited is named, and nothing is written. With
    `--check` another format than text is for programs: problems, and each file that is not current.
    """
    if not is_repository(project_dir):
        err.print(
            f"{project_dir}/packages.yml does not name `local: {PACKAGE}`, so that this is not a repository that "
            "`measuremart init` made; in the project of measuremart itself, run `measuremart generate`"
        )
        raise typer.Exit(2)
    if form is not ProblemFormat.text:
        refuse_format_without_check(check)
        read = read_project(project_dir, None, is_whole=False)
        with problems_for_programs(read, form, project_dir, None, unused) as stale:
            stale += [f"{PACKAGE}/{change.path}" for change in pending_sync(project_dir, read, force=force).changes]
        return
    read = read_project(project_dir, None, in_full if unused else in_short)
    found = pending_sync(project_dir, read, force=force)
    if diff:
        for change in found.changes:
            if change.path != MANIFEST:  # hashes, of which nobody reads one
                echo(change.diff())
    for path, how in () if force else _named(found.edited):
        err.print(f"{path} {how}")
    if check or diff:
        if found.changes:
            for line in (*_upgrade_said(project_dir, found), *places_said(found.changes)):
                err.print(line)
            refused = () if force else _refusal(found)
            then = "but `measuremart sync` would refuse:" if refused else "run `measuremart sync`"
            err.print(f"{counted(len(found.changes), 'file')} would change{', ' if refused else ': '}{then}")
            for line in refused:
                err.print(line)
        elif check:
            out.print(f"{PACKAGE}/ is current")
        raise typer.Exit(DIFFERENT if check and found.changes else 0)
    out.print(written_sync(project_dir, read, found, force=force))
    say_what_is_missing(read)


def pending_sync(project: Path, read: Read, *, force: bool = False) -> Synced:
    """Return what `sync` would write, or stop where the folder is not one that it wrote."""
    try:
        return pending(project, package_files(read.plan, shipped_packs_of(project)), force=force)
    except ManifestError as error:
        err.print(str(error))
        raise typer.Exit(REFUSED) from None


def synced(project: Path, read: Read) -> str:
    """Write the folder before a build; return what changed. Stop where another version of measuremart wrote it."""
    found = pending_sync(project, read)
    if found.before is not None and found.before.version != __version__:
        err.print(
            f"measuremart {found.before.version} wrote {PACKAGE}/, and {__version__} is installed: run "
            f"`measuremart sync` and read the diff, or `pip install measuremart=={found.before.version}`"
        )
        raise typer.Exit(REFUSED)
    for path, how in _named(found.edited):
        err.print(f"{path} {how}")
    return written_sync(project, read, found)


def written_sync(project: Path, read: Read, found: Synced, *, force: bool = False) -> str:
    """Write the folder; return how many definitions there are, and what changed. Stop where a file was edited."""
    refused = _refusal(found) if not force or found.before is None else []
    if refused:
        err.print(f"nothing was written: {refused[0]}")
        for line in refused[1:]:
            err.print(line)
        raise typer.Exit(REFUSED)
    said = _upgrade_said(project, found)
    with refusing_to_write():
        # The manifest last: if this is interrupted, the next run goes on.
        apply(project / PACKAGE, sorted(found.changes, key=lambda change: change.path == MANIFEST))
    for line in said:
        out.print(line, soft_wrap=True)
    if found.before is not None:
        for line in places_said(found.changes):
            out.print(line)
    changed = [change for change in found.changes if change.path != MANIFEST]
    return f"{built_said(read.plan)}: {kinds_said(changed)}"


def _refusal(found: Synced) -> list[str]:
    """Return what to do about the files for which nothing is written without --force, [] where there are none."""
    if found.edited and found.before is None:
        return [f"{PACKAGE}/ has no {MANIFEST}, so that `measuremart sync` did not write it: move it away"]
    foreign = sum(how == FOREIGN for how in found.edited.values())
    said = []
    if foreign:
        said.append(
            f"move a file that measuremart did not write out of {PACKAGE}/, a model into models/ for example: "
            "`measuremart sync --force` would delete it"
        )
    if foreign < len(found.edited):
        said.append(
            f"`git checkout -- {PACKAGE}` brings the files back as they were committed, "
            "`measuremart sync --force` writes them anew; both lose the edit"
        )
    return said


def _named(edited: dict[str, str]) -> list[tuple[str, str]]:
    said = [(f"{PACKAGE}/{path}", how) for path, how in sorted(edited.items())]
    left = len(said) - _NAMED
    return said if left <= 0 else [*said[:_NAMED], (f"and {counted(left, 'more file')}", "likewise")]


def _upgrade_said(project: Path, found: Synced) -> list[str]:
    """Return what to say of another version than that which wrote the folder: the two, and what changes results."""
    if found.before is None or found.before.version == __version__:
        return []
    older, newer = sorted((found.before.version, __version__), key=in_order)
    is_upgrade = newer == __version__
    # The changelog of the newer one of the two: a downgrade has it in the folder still.
    new = next((change.new for change in found.changes if change.path == CHANGELOG), None)
    here = project / PACKAGE / CHANGELOG
    text = new if is_upgrade and new is not None else here.read_text(encoding="utf-8") if here.is_file() else ""
    lines = [f"{'upgrade' if is_upgrade else 'downgrade'} of measuremart: {found.before.version} to {__version__}"]
    changed = what_changed_a_result(text, older, newer)
    for version, said in changed:
        what = "what changed a result" if is_upgrade else "what changed a result, and is taken back"
        lines += [f"{version}: {what}", said]
    return lines if changed else [*lines, "the changelog names nothing that changed a result"]
