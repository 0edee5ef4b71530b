"""`measuremart watch`: an edit is generated, built as far as the results, and the rates that moved are printed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from measuremart.cli.console import WAREHOUSE, counted, err, out, refusing_to_write
from measuremart.cli.options import DefinitionsOption, ProfilesOption, ProjectOption, TargetOption, VariablesOption
from measuremart.cli.reading import packs_option, read_project
from measuremart.cli.sync import pending_sync, synced
from measuremart.compare.building import NO_TESTS
from measuremart.compare.lines import rate_said
from measuremart.compare.queries import rates
from measuremart.compare.reached import edited_nodes, selection
from measuremart.pack_files import definition_files
from measuremart.pipeline import pending_changes
from measuremart.render.sql import relation
from measuremart.repository import is_repository
from measuremart.warehouse.dbt import WarehouseError, link_package
from measuremart.warehouse.kept import KeptDbt, kept_dbt
from measuremart.warehouse.marts import Marts, rows_from_file
from measuremart.warehouse.profile import missing
from measuremart.write import Change, apply

_PAUSE = 0.2  # seconds between two looks at the files
_QUIET = ("--quiet", "--no-use-colors", "--log-level-file", "none", "--no-write-json", "--cache-selected-only")

Rates = dict[tuple[str, str], tuple[int, int]]


def watch_command(
    once: Annotated[
        bool, typer.Option("--once", help="Build what has been edited since the last time, and end.")
    ] = False,
    packs: Annotated[list[str] | None, typer.Option("--pack", help="Only this pack, and what it needs.")] = None,
    project_dir: ProjectOption = Path(),
    definitions: DefinitionsOption = None,
    profiles_dir: ProfilesOption = None,
    target: TargetOption = None,
    variables: VariablesOption = None,
) -> None:
    """Wait for an edit of a definition, build what it reaches, and print how the rates moved.

    The project must be built. Results, measures and what lies between are built; tests are not run, and other marts
    stay as they are: `measuremart build` builds all. Stop it with Ctrl-C.
    """
    read = read_project(project_dir, definitions)
    marts = Marts(project_dir, profiles_dir, target, packs_option(read, packs or [], variables))
    folder = definitions or project_dir / "definitions"
    try:
        lack = missing(project_dir, profiles_dir, target)
        if lack:
            raise WarehouseError(lack)
        if is_repository(project_dir):
            link_package(project_dir)
        with ExitStack() as stack:
            dbt = stack.enter_context(kept_dbt())
            waiting: set[str] = set()
            known = _round(marts, definitions, dbt, _rates(marts, dbt), waiting)
            if once:
                return
            out.print(f"watching {folder}; Ctrl-C ends it", soft_wrap=True)
            for _ in _edits(folder):
                try:
                    known = _round(marts, definitions, dbt, known, waiting)
                except typer.Exit:  # what is wrong has been printed: the next edit may put it right
                    continue
                except WarehouseError as error:
                    err.print(str(error))
    except WarehouseError as error:
        err.print(str(error))
        raise typer.Exit(WAREHOUSE) from None
    except KeyboardInterrupt:
        return


def _round(marts: Marts, definitions: Path | None, dbt: KeptDbt, known: Rates, waiting: set[str]) -> Rates:
    """Generate and build what was edited; print what moved, and return the rates now.

    `waiting` holds the models and seeds of edits that are written and not built: a build that fails leaves them there
    for the next round. Raises `WarehouseError`.
    """
    started = time.monotonic()
    read = read_project(marts.project, definitions)
    is_own = is_repository(marts.project)
    with refusing_to_write():
        changes: list[Change] = (
            pending_sync(marts.project, read).changes if is_own else pending_changes(marts.project, read.plan)
        )
    waiting.update(edited_nodes(changes))
    if is_own and changes:
        synced(marts.project, read)
    elif changes:
        with refusing_to_write():
            apply(marts.project, changes)
    generated = time.monotonic()
    if not waiting:
        said = f"{counted(len(changes), 'file')} written, and no model has another meaning" if changes else "no edit"
        out.print(f"{said} ({generated - started:.1f} s)")
        return known
    nodes = sorted(waiting)
    ended = dbt.run([*_QUIET, "build", "--select", *selection(nodes), *NO_TESTS, *_where(marts)])
    try:
        ended.raise_for_failure()
    except WarehouseError as error:
        said = "The edit is written, and not built. Correct it, or run `measuremart build`."
        raise WarehouseError(f"{error}\n{said}") from None
    waiting.clear()
    built = time.monotonic()
    now = _rates(marts, dbt)
    for line in _moved(known, now):
        out.print(line, soft_wrap=True)
    done = sum(status == "success" for _, status, _ in ended.nodes)
    took = f"{time.monotonic() - started:.1f} s"
    out.print(
        f"{done:,} models and seeds built for {counted(len(nodes), 'edited file')} in {took}: "
        f"{generated - started:.1f} s to read and generate, {built - generated:.1f} s of dbt"
    )
    return now


def _where(marts: Marts) -> tuple[str, ...]:
    return ("--project-dir", str(marts.project), *marts.dbt_options())


def _rates(marts: Marts, dbt: KeptDbt) -> Rates:
    """Return the met and eligible keys of each report and indicator."""
    queries: Mapping[str, str] = {"rates": rates(relation("indicator_result"))}
    rows = rows_from_file(marts, queries)
    if rows is None:
        rows = dbt.rows(queries, _where(marts))
    return {(r["report"], r["indicator"]): (int(r["n_met"]), int(r["n_eligible"])) for r in rows["rates"]}


def _moved(before: Rates, now: Rates) -> Iterator[str]:
    moved = [key for key in {**before, **now} if before.get(key) != now.get(key)]
    for report, indicator in sorted(moved):
        key = (report, indicator)
        yield f"{indicator} in {report}: {rate_said(before.get(key))} -> {rate_said(now.get(key))}"
    if not moved:
        yield "no rate moved"


def _edits(folder: Path) -> Iterator[None]:
    """Yield each time files of a folder have changed, and then stand still for a moment."""
    seen = _seen(folder)
    while True:
        time.sleep(_PAUSE)
        now = _seen(folder)
        while now != seen:
            time.sleep(_PAUSE)
            seen, now = now, _seen(folder)
            if now == seen:
                yield


def _seen(folder: Path) -> dict[str, tuple[int, int]]:
    """Return time and size of each file of definitions."""
    found = {}
    for _, file in definition_files(folder)[0]:
        try:
            about = file.stat()
        except OSError:  # it went while we looked
            continue
        found[str(file)] = (about.st_mtime_ns, about.st_size)
    return found
