"""The command line: the only module that prints, parses arguments and exits.

Exit codes: 0 all well; 1 generated files differ (`--check`); 2 wrong usage; 3 a file that is not readable YAML;
4 a key or value that is not of the language; 5 a name, grain or rule that does not fit; 6 a part that is not supported
yet; 7 a file, or output, that may not or cannot be written; 8 the warehouse; 9 an example is not as expected.
"""

from __future__ import annotations

import json
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from measuremart import __version__
from measuremart.catalogue import noun
from measuremart.definitions.file import SECTIONS
from measuremart.example_runs import ENGINES, failures_of
from measuremart.list_table import list_table
from measuremart.organisation_table import organisation_rows, organisation_table
from measuremart.pipeline import Read, pending_changes, read_definitions
from measuremart.problems import Kind, did_you_mean, exit_code
from measuremart.report_table import report_rows, report_table
from measuremart.warehouse.dbt import WarehouseError
from measuremart.warehouse.profile import missing
from measuremart.write import WriteRefusedError, apply

DIFFERENT, REFUSED, WAREHOUSE, UNEXPECTED = 1, 7, 8, 9

app = typer.Typer(
    help="Readable measure definitions in, reviewed dbt models out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class _Unwritten(Exception):  # noqa: N818 - not an error of the program
    """What was to be said could not be written: a full disk, a pipe that nobody reads any more."""


class _Output(Console):
    def on_broken_pipe(self) -> None:
        raise _Unwritten("nobody reads it any more") from None


# Authored text is printed as it is: no [tags] and no :emoji: in it. Where it is not a terminal but a pipe or a log,
# nothing should be cut to 80 columns.
_out = _Output(highlight=False, markup=False, emoji=False, width=None if sys.stdout and sys.stdout.isatty() else 140)
_err = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)

ProjectOption = Annotated[
    Path,
    typer.Option("--project-dir", help="The dbt project: the folder with dbt_project.yml.", file_okay=False),
]
DefinitionsOption = Annotated[
    Path | None,
    typer.Option(
        "--definitions", help="The folder of packs; definitions/ of the project unless told.", file_okay=False
    ),
]


class Section(StrEnum):
    """The sections that can be listed."""

    populations = "populations"
    concept_sets = "concept_sets"
    targets = "targets"
    subqueries = "subqueries"
    measures = "measures"
    cohorts = "cohorts"
    indicators = "indicators"
    reports = "reports"


class Engine(StrEnum):
    """What answers examples."""

    referee = "referee"
    duckdb = "duckdb"
    both = "both"


def _version(wanted: bool) -> None:
    if wanted:
        _out.print(f"measuremart {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def _read(project: Path, definitions: Path | None) -> Read:
    folder = definitions or project / "definitions"
    if not folder.is_dir():
        _err.print(f"there is no folder {folder}: run this in the project, or say --project-dir")
        raise typer.Exit(2)
    read = read_definitions(folder)
    for problem in read.problems:
        _err.print(str(problem))
    errors = [p for p in read.problems if p.kind is not Kind.WARNING]
    if errors:
        files = len({p.position.file for p in errors})
        _err.print(f"{_counted(len(errors), 'problem')} in {_counted(files, 'file')}; nothing was written")
        raise typer.Exit(exit_code(errors))
    return read


def _echo(text: str) -> None:
    """Print a text that is not for people only, as it is."""
    try:
        typer.echo(text, nl=False)
    except BrokenPipeError:  # which click would end on without a word
        raise _Unwritten("nobody reads it any more") from None


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


@app.command()
def generate(
    project_dir: ProjectOption = Path(),
    definitions: DefinitionsOption = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if a file would change.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Write nothing; print what would change.")] = False,
) -> None:
    """Write the dbt models of all packs; only what changed is touched."""
    read = _read(project_dir, definitions)
    try:
        found = pending_changes(project_dir, read.plan)
        if check or diff:
            for change in found:
                _echo(change.diff())
            if found:
                _err.print(f"{_counted(len(found), 'file')} would change: run `measuremart generate`")
            elif check:
                _out.print("generated files are current")
            raise typer.Exit(DIFFERENT if check and found else 0)
        apply(project_dir, found)
    except WriteRefusedError as refusal:
        _err.print(str(refusal))
        raise typer.Exit(REFUSED) from None
    except OSError as error:
        if error.filename is None:  # the output, not a file
            raise
        _err.print(f"cannot write {error.filename}: {error.strerror}; run it again to go on")
        raise typer.Exit(REFUSED) from None
    kinds = {kind: sum(c.kind == kind for c in found) for kind in ("new", "changed", "removed")}
    said = ", ".join(f"{n:,} {kind}" for kind, n in kinds.items() if n) or "nothing to change"
    counts = (("subqueries", read.plan.subqueries), ("measures", read.plan.measures), ("reports", read.plan.reports))
    _out.print(", ".join(f"{len(names):,} {word}" for word, names in counts) + f": {said}")


@app.command()
def validate(project_dir: ProjectOption = Path(), definitions: DefinitionsOption = None) -> None:
    """Check every definition of every pack and say all that is wrong; write nothing."""
    read = _read(project_dir, definitions)
    counts = ((section, len(read.catalogue.of(section))) for section in SECTIONS)
    said = (f"{n} {noun(section) if n == 1 else section.replace('_', ' ')}" for section, n in counts if n)
    _out.print("all well: " + ", ".join(said))


@app.command("list")
def list_definitions(
    section: Annotated[Section | None, typer.Argument(help="Only this section.", show_default=False)] = None,
    pack: Annotated[str | None, typer.Option(help="Only this pack.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one list.")] = False,
    project_dir: ProjectOption = Path(),
    definitions: DefinitionsOption = None,
) -> None:
    """List what is defined: name, kind, pack, grain, description."""
    read = _read(project_dir, definitions)
    _refuse_unknown_pack(read, pack)
    grains = {name: str(s.subquery.grain) for name, s in read.plan.subqueries.items()}
    grains |= {name: str(m.expression.types.grain) for name, m in read.plan.measures.items()}
    grains |= {name: str(c.types.grain) for name, c in read.plan.cohorts.items()}
    rows = [
        {
            "name": d.name,
            "kind": noun(d.section),
            "pack": d.pack,
            "grain": grains.get(d.name, "") if d.section in ("subqueries", "measures", "cohorts") else "",
            "description": " ".join((d.entry.description or "").split()),
        }
        for d in read.catalogue.everything()
        if (section is None or d.section == section.value) and (pack is None or d.pack == pack)
    ]
    if as_json:
        _echo(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
        return
    _out.print(list_table(rows, _out.width))


def _refuse_unknown_pack(read: Read, pack: str | None) -> None:
    packs = read.catalogue.packs()
    if pack is not None and pack not in packs:
        hint = did_you_mean(pack, packs) or f"; there are {', '.join(packs)}"
        _err.print(f"unknown pack '{pack}'{hint}")
        raise typer.Exit(2)


@app.command("test")
def run_examples(
    pack: Annotated[str | None, typer.Option(help="Only this pack.")] = None,
    only: Annotated[str | None, typer.Option(help="Only this measure or indicator.")] = None,
    engine: Annotated[Engine, typer.Option(help="What answers the examples.")] = Engine.both,
    project_dir: ProjectOption = Path(),
    definitions: DefinitionsOption = None,
) -> None:
    """Run the examples of measures and indicators on the referee and on DuckDB; say which are not as expected."""
    read = _read(project_dir, definitions)
    _refuse_unknown_pack(read, pack)
    if only is not None and not any(only in read.catalogue.of(s) for s in ("measures", "indicators")):
        _err.print(read.catalogue.unknown(only, ("measures", "indicators")))
        raise typer.Exit(2)
    examples = [e for e in read.examples if pack in (None, e.pack) and only in (None, e.definition)]
    engines = [name for name in ENGINES if engine in (Engine.both, name)]
    failures = []
    for name in engines if examples else ():
        _err.print(f"{_counted(len(examples), 'example')} on {name}")
        try:
            found = failures_of(name, examples, ENGINES[name](read.plan, examples, project_dir))
        except WarehouseError as error:
            _err.print(str(error))
            raise typer.Exit(WAREHOUSE) from None
        for failure in found:
            _err.print(str(failure))
        failures += found
    where = " and ".join(engines)
    failed = len({failure.example for failure in failures})
    if failed:
        _out.print(f"{failed:,} of {_counted(len(examples), 'example')} not as expected on {where}")
        raise typer.Exit(UNEXPECTED)
    _out.print(f"{_counted(len(examples), 'example')}: all as expected on {where}" if examples else "no examples")


@app.command()
def report(
    name: Annotated[str, typer.Argument(help="The report, as in definitions.")],
    organisation: Annotated[
        str | None, typer.Option(help="An entity of the report's first level: its rates beside those of its parents.")
    ] = None,
    period: Annotated[str, typer.Option(help="The period, with --organisation.")] = "all time",
    target: Annotated[str | None, typer.Option(help="dbt's target, where it is not the profile's default.")] = None,
    profiles_dir: Annotated[Path | None, typer.Option(help="The folder of dbt's profiles.yml.")] = None,
    variables: Annotated[str | None, typer.Option("--vars", help="dbt variables, as for dbt build.")] = None,
    project_dir: ProjectOption = Path(),
    definitions: DefinitionsOption = None,
) -> None:
    """Print a report that was built: indicator, eligible, met, rate, benchmark, verdict."""
    read = _read(project_dir, definitions)
    if name not in read.plan.reports:
        _err.print(read.catalogue.unknown(name, ("reports",)))
        raise typer.Exit(2)
    plan = read.plan.reports[name]
    if organisation is not None and not plan.levels:
        _err.print(f"report '{name}' has no levels: --organisation needs 'levels' in its definition")
        raise typer.Exit(2)
    given = (("--target", target), ("--profiles-dir", profiles_dir), ("--vars", variables))
    options = tuple(str(word) for pair in given if pair[1] is not None for word in pair)
    try:
        lack = missing(project_dir, profiles_dir, target)
        if lack:
            raise WarehouseError(lack)
        if organisation is not None:
            rows = organisation_rows(project_dir, plan, organisation, period, options)
        else:
            rows = report_rows(project_dir, name, options)
        if organisation is not None and not rows:
            level = plan.levels[0].replace("_", " ")
            raise WarehouseError(f"no {level} '{organisation}' in period '{period}' of report '{name}'")
        if not rows:
            pack = read.plan.reports[name].about.pack
            raise WarehouseError(f"report '{name}' was not built: is pack '{pack}' in the dbt variable 'packs'?")
    except WarehouseError as error:
        _err.print(str(error))
        raise typer.Exit(WAREHOUSE) from None
    table = organisation_table if organisation is not None else report_table
    _out.print(table(plan, rows, _out.width))


def main() -> None:
    """Run the command line; say so where its output cannot be written."""
    try:
        app()
    except (_Unwritten, OSError) as error:
        if isinstance(error, OSError) and error.filename is not None:
            raise
        # Python writes what is left once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        why = error.strerror if isinstance(error, OSError) else error
        _err.print(f"the output cannot be written: {why}")
        sys.exit(REFUSED)
