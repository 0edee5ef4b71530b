"""The command line: the only module that prints, parses arguments and exits.

Exit codes: 0 all well; 1 generated files differ (`--check`), or examples do not reach all that is demanded; 2 wrong
usage; 3 a file that cannot be read; 4 a key or value that is not of the language; 5 a name, grain or rule that does not
fit; 6 a part that is not supported yet; 7 a file, or output, that may not or cannot be written; 8 the warehouse; 9 an
example is not as expected.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from measuremart import __version__
from measuremart.build_lines import built_said, finding_lines, stage_line, step_said
from measuremart.catalogue import noun
from measuremart.definitions.base import name_fault
from measuremart.definitions.file import SECTIONS
from measuremart.example_coverage import coverage_lines, coverage_of
from measuremart.example_runs import ENGINES, failures_of
from measuremart.export import export_tables
from measuremart.import_table import finding_tables
from measuremart.list_table import list_table
from measuremart.organisation_table import organisation_rows, organisation_table
from measuremart.pipeline import Read, import_oa_cohorts, pending_changes, read_definitions
from measuremart.plan.packs import packs_to_build
from measuremart.plan.states import missing_said, state_of, states
from measuremart.problems import Kind, Problem, did_you_mean, exit_code, in_full, in_short
from measuremart.report_table import (
    emptied_rows,
    emptied_said,
    freshness_said,
    left_out_rows,
    left_out_said,
    reasons_said,
    report_rows,
    report_table,
)
from measuremart.warehouse.build import Built, Step
from measuremart.warehouse.build import build as dbt_build
from measuremart.warehouse.dbt import WarehouseError, with_packs
from measuremart.warehouse.profile import missing
from measuremart.write import Change, WriteRefusedError, apply

DIFFERENT, REFUSED, WAREHOUSE, UNEXPECTED = 1, 7, 8, 9

app = typer.Typer(
    help="Readable measure definitions in, reviewed dbt models out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
importers = typer.Typer(help="Make a pack of another system's definitions.", no_args_is_help=True)
app.add_typer(importers, name="import")


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


UnusedOption = Annotated[
    bool, typer.Option("--unused", help="Name every definition that nothing uses, not only their number.")
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


class Format(StrEnum):
    """What exported files are."""

    parquet = "parquet"
    csv = "csv"


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


def _read(project: Path, definitions: Path | None, told: Callable[[Sequence[Problem]], list[str]] = in_short) -> Read:
    folder = definitions or project / "definitions"
    if not folder.is_dir():
        _err.print(f"there is no folder {folder}: run this in the project, or say --project-dir")
        raise typer.Exit(2)
    read = read_definitions(folder)
    _stop_at(read.problems, told)
    return read


def _stop_at(problems: Sequence[Problem], told: Callable[[Sequence[Problem]], list[str]] = in_short) -> None:
    for line in told(problems):
        _err.print(line)
    errors = [p for p in problems if p.kind is not Kind.WARNING]
    if errors:
        files = len({p.position.file for p in errors})
        _err.print(f"{_counted(len(errors), 'problem')} in {_counted(files, 'file')}; nothing was written")
        raise typer.Exit(exit_code(errors))


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
    unused: UnusedOption = False,
) -> None:
    """Write the dbt models of all packs; only what changed is touched."""
    read = _read(project_dir, definitions, in_full if unused else in_short)
    if check or diff:
        with _refusing_to_write():
            found = pending_changes(project_dir, read.plan)
        for change in found:
            _echo(change.diff())
        if found:
            _err.print(f"{_counted(len(found), 'file')} would change: run `measuremart generate`")
        elif check:
            _out.print("generated files are current")
        raise typer.Exit(DIFFERENT if check and found else 0)
    _out.print(_written(project_dir, read))
    _say_what_is_missing(read)


def _written(project: Path, read: Read) -> str:
    """Write the models of a plan; return how many definitions there are, and what changed."""
    with _refusing_to_write():
        found = pending_changes(project, read.plan)
        apply(project, found)
    counts = (("subqueries", read.plan.subqueries), ("measures", read.plan.measures), ("reports", read.plan.reports))
    return ", ".join(f"{len(names):,} {word}" for word, names in counts) + f": {_kinds_said(found)}"


@contextmanager
def _refusing_to_write() -> Iterator[None]:
    """Say which file may not or cannot be written, and stop."""
    try:
        yield
    except WriteRefusedError as refusal:
        _err.print(str(refusal))
        raise typer.Exit(REFUSED) from None
    except OSError as error:
        if error.filename is None:  # the output, not a file
            raise
        _err.print(f"cannot write {error.filename}: {error.strerror}; run it again to go on")
        raise typer.Exit(REFUSED) from None


def _kinds_said(found: Sequence[Change]) -> str:
    kinds = {kind: sum(c.kind == kind for c in found) for kind in ("new", "changed", "removed")}
    return ", ".join(f"{n:,} {kind}" for kind, n in kinds.items() if n) or "nothing to change"


def _say_what_is_missing(read: Read) -> None:
    found = states(read.plan)
    for state, word in (("incomplete", "incomplete"), ("unavailable", "unavailable"), ("in part", "there in part")):
        counts = [_of_section(found[state, section], section) for section in SECTIONS if found[state, section]]
        if counts:
            _out.print(f"{word}: {', '.join(counts)}")


def _of_section(number: int, section: str) -> str:
    return f"{number} {noun(section) if number == 1 else section.replace('_', ' ')}"


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def build(
    context: typer.Context,
    packs: Annotated[
        list[str] | None, typer.Option("--pack", help="Build this pack, and what it needs; can be repeated.")
    ] = None,
    variables: Annotated[str | None, typer.Option("--vars", help="dbt variables, as for dbt build.")] = None,
    project_dir: ProjectOption = Path(),
    definitions: DefinitionsOption = None,
) -> None:
    """Write the dbt models of all packs, then build and test them; other options are those of `dbt build`.

    Without --pack, those are built that the variable `packs` names, or else those whose pack.yml says so.

    A line for each stage with its time, then every warning and failure in words. Where dbt or a test of it fails, the
    exit code is 8. Values of patients are in the database and in dbt's log file only.
    """
    started = time.monotonic()
    read = _read(project_dir, definitions)
    options = (*_packs_option(read, packs or [], variables), *context.args)
    said = _written(project_dir, read)
    _out.print(stage_line("generate", time.monotonic() - started, said))
    _say_what_is_missing(read)
    started = time.monotonic()
    try:
        built = _built(project_dir, options)
    except WarehouseError as error:
        _err.print(str(error))
        raise typer.Exit(WAREHOUSE) from None
    _out.print(stage_line("build", time.monotonic() - started, built_said(built)))
    for finding in built.findings:
        _out.print(finding_lines(finding))
    if built.findings:
        _out.print(f"dbt's log: {built.log}", soft_wrap=True)
    if built.number_of("failure"):
        raise typer.Exit(WAREHOUSE)


def _packs_option(read: Read, packs: Sequence[str], variables: str | None) -> tuple[str, ...]:
    """Return the option of dbt that says the variables, with the packs asked for and what they need; () without any."""
    if not packs:
        return () if variables is None else ("--vars", variables)
    for pack in packs:
        _refuse_unknown_pack(read, pack)
    try:
        return "--vars", with_packs(variables, packs_to_build(read.plan, packs))
    except ValueError as error:
        _err.print(str(error))
        raise typer.Exit(2) from None


def _built(project: Path, options: tuple[str, ...]) -> Built:
    """Run `dbt build`; in a terminal, show where it is until it has ended."""
    if not _out.is_terminal:
        return dbt_build(project, options, lambda _: None)
    columns = (BarColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=_out, transient=True) as progress:
        task = progress.add_task("dbt reads the project", total=None)

        def show(step: Step) -> None:
            progress.update(task, description=step_said(step), completed=step.number, total=step.of)

        return dbt_build(project, options, show)


@app.command()
def validate(
    project_dir: ProjectOption = Path(), definitions: DefinitionsOption = None, unused: UnusedOption = False
) -> None:
    """Check every definition of every pack; say all that is wrong, and what is unavailable and why; write nothing."""
    read = _read(project_dir, definitions, in_full if unused else in_short)
    counts = ((section, len(read.catalogue.of(section))) for section in SECTIONS)
    said = ", ".join(_of_section(n, section) for section, n in counts if n)
    _out.print(f"{'no errors' if states(read.plan) else 'all well'}: {said}")
    _say_what_is_missing(read)
    for line in missing_said(read.plan):
        _out.print(line, soft_wrap=True)


@app.command("list")
def list_definitions(
    section: Annotated[Section | None, typer.Argument(help="Only this section.", show_default=False)] = None,
    pack: Annotated[str | None, typer.Option(help="Only this pack.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one list.")] = False,
    project_dir: ProjectOption = Path(),
    definitions: DefinitionsOption = None,
) -> None:
    """List what is defined: name, kind, pack, grain, state, description.

    The state is empty where all is well, else incomplete, unavailable (above an incomplete one), or in part (a cohort
    or report that goes without an unavailable part).
    """
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
            "state": state_of(read.plan, d.section, d.name),
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
    coverage: Annotated[
        bool,
        typer.Option("--coverage", help="Print the rules, branches, statuses and reasons that no example reaches."),
    ] = False,
    demand_coverage: Annotated[
        list[str] | None,
        typer.Option(help="Exit 1 where examples do not reach all of this pack; can be repeated.", metavar="PACK"),
    ] = None,
    project_dir: ProjectOption = Path(),
    definitions: DefinitionsOption = None,
) -> None:
    """Run the examples of measures and indicators on the referee and on DuckDB; say which are not as expected."""
    read = _read(project_dir, definitions)
    for name in (pack, *(demand_coverage or ())):
        _refuse_unknown_pack(read, name)
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
    is_covered = _say_coverage(read, pack, coverage, demand_coverage or [])
    where = " and ".join(engines)
    failed = len({failure.example for failure in failures})
    if failed:
        _out.print(f"{failed:,} of {_counted(len(examples), 'example')} not as expected on {where}")
        raise typer.Exit(UNEXPECTED)
    _out.print(f"{_counted(len(examples), 'example')}: all as expected on {where}" if examples else "no examples")
    if not is_covered:
        raise typer.Exit(DIFFERENT)


def _say_coverage(read: Read, pack: str | None, wanted: bool, demanded: Sequence[str]) -> bool:
    """Print the coverage of the packs that are asked; say whether that of all demanded packs is whole."""
    packs = [p for p in read.catalogue.packs() if p in demanded or (wanted and pack in (None, p))]
    found = coverage_of(read.plan, read.examples, packs) if packs else []
    for line in coverage_lines(found):
        _out.print(line, soft_wrap=True)
    return not any(c.unreached for c in found if c.pack in demanded)


@app.command("report")
def report_command(
    name: Annotated[
        str | None, typer.Argument(help="The report, as in definitions; with --pack that pack's own.")
    ] = None,
    pack: Annotated[
        str | None,
        typer.Option(help="Print the report that pack.yml names, and its organisation; built with `build --pack`."),
    ] = None,
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
    """Print a report that was built: indicator, eligible, met, rate, benchmark, verdict, and what is unavailable."""
    read = _read(project_dir, definitions)
    variables_option = _packs_option(read, [pack] if pack else [], variables)
    beside = read.plan.packs[pack].organisation if pack and name is None and organisation is None else None
    name = name or _report_of(read, pack)
    report = read.plan.reports.get(name) or read.plan.unavailable.reports.get(name)
    if report is None:
        _err.print(read.catalogue.unknown(name, ("reports",)))
        raise typer.Exit(2)
    leveled = read.plan.reports.get(name)
    if organisation is not None and leveled is None:
        _err.print(f"report '{name}' is unavailable: it has no results by organisation")
        raise typer.Exit(2)
    if organisation is not None and leveled is not None and not leveled.levels:
        _err.print(f"report '{name}' has no levels: --organisation needs 'levels' in its definition")
        raise typer.Exit(2)
    given = (("--target", target), ("--profiles-dir", profiles_dir))
    options = tuple(str(word) for pair in given if pair[1] is not None for word in pair) + variables_option
    try:
        lack = missing(project_dir, profiles_dir, target)
        if lack:
            raise WarehouseError(lack)
        if organisation is not None and leveled is not None:
            rows = organisation_rows(project_dir, leveled, organisation, period, options)
            if not rows:
                level = leveled.levels[0].replace("_", " ")
                raise WarehouseError(f"no {level} '{organisation}' in period '{period}' of report '{name}'")
        else:
            rows = report_rows(project_dir, name, options)
        beside_rows = organisation_rows(project_dir, leveled, beside, period, options) if beside and leveled else []
        left_out = left_out_rows(project_dir, name, options) if rows and rows[0]["without"] else []
        emptied = emptied_rows(project_dir, report.about.pack, options) if rows else []
        if not rows:
            pack = report.about.pack
            raise WarehouseError(f"report '{name}' was not built: is pack '{pack}' in the dbt variable 'packs'?")
    except WarehouseError as error:
        _err.print(str(error))
        raise typer.Exit(WAREHOUSE) from None
    for line in left_out_said(left_out):
        _out.print(line, soft_wrap=True)
    table = report_table if organisation is None else organisation_table
    _out.print(table(report.title, rows, _out.width))
    for line in (*reasons_said(rows), *emptied_said(emptied), *freshness_said(rows)):
        _out.print(line, soft_wrap=True)
    if beside_rows:
        _out.print("", organisation_table(report.title, beside_rows, _out.width))


def _report_of(read: Read, pack: str | None) -> str:
    """Return the report that stands for a pack, or stop."""
    if pack is None:
        raise typer.BadParameter("say the report's name, or --pack for the report of a pack")
    report = read.plan.packs[pack].report
    if report is None:
        _err.print(f"pack '{pack}' names no report: say one, or put `report` into its pack.yml")
        raise typer.Exit(2)
    return report


@app.command("export")
def export_command(
    folder: Annotated[Path, typer.Argument(help="The folder to write; it must be new.", show_default=False)],
    file_format: Annotated[Format, typer.Option("--format", help="What the files are.")] = Format.parquet,
    reports: Annotated[
        list[str] | None, typer.Option("--report", help="Also the dataset of this report; can be repeated.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what an earlier export wrote.")] = False,
    target: Annotated[str | None, typer.Option(help="dbt's target, where it is not the profile's default.")] = None,
    profiles_dir: Annotated[Path | None, typer.Option(help="The folder of dbt's profiles.yml.")] = None,
    variables: Annotated[str | None, typer.Option("--vars", help="dbt variables, as for dbt build.")] = None,
    project_dir: ProjectOption = Path(),
    definitions: DefinitionsOption = None,
) -> None:
    """Write the marts of a built project as files, one a table, with a data dictionary.

    Rows are ordered, so that the same tables give the same files. The folder appears when all is written.
    """
    wanted = tuple(dict.fromkeys(reports or ()))
    if wanted:
        read = _read(project_dir, definitions)
        for name in wanted:
            if name not in read.plan.reports:
                missing_one = read.plan.unavailable.reports.get(name)
                _err.print(
                    f"report '{name}' is unavailable: it has no dataset"
                    if missing_one
                    else read.catalogue.unknown(name, ("reports",))
                )
                raise typer.Exit(2)
    given = (("--target", target), ("--profiles-dir", profiles_dir), ("--vars", variables))
    options = tuple(str(word) for pair in given if pair[1] is not None for word in pair)
    rows = tables = 0
    try:
        lack = missing(project_dir, profiles_dir, target)
        if lack:
            raise WarehouseError(lack)
        for done in export_tables(project_dir, folder, file_format.value, wanted, options, force=force):
            _err.print(f"{done.number} of {done.of}  {done.table}  {_counted(done.rows, 'row')}")
            rows, tables = rows + done.rows, tables + 1
    except WriteRefusedError as refusal:
        _err.print(str(refusal))
        raise typer.Exit(REFUSED) from None
    except OSError as error:  # a full disk is reported without the name of the file
        _err.print(f"cannot write {error.filename or folder}: {error.strerror}; nothing was exported")
        raise typer.Exit(REFUSED) from None
    except WarehouseError as error:
        _err.print(str(error))
        raise typer.Exit(WAREHOUSE) from None
    _out.print(f"{_counted(tables, 'table')}, {_counted(rows, 'row')}: {folder}", soft_wrap=True)


@importers.command("oa-cohorts")
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
        _err.print(fault)
        raise typer.Exit(2)
    found = import_oa_cohorts(packs, folder, pack)
    _stop_at(found.imported.problems)
    refused = [] if force else found.edited
    if dry_run or refused:
        for change in found.changes:
            _echo(change.diff())
    for table in finding_tables(found.imported.findings, found.imported.unavailable):
        _out.print(table, "")
    unused = [w for w in found.warnings if w.check == "unused_definition"]
    if unused:
        _out.print(f"nothing uses {_counted(len(unused), 'definition')}: `measuremart validate` says which")
    if len(found.warnings) > len(unused):
        others = _counted(len(found.warnings) - len(unused), "other warning" if unused else "warning")
        _out.print(f"{others}: `measuremart validate` says which")
    _out.print(", ".join(_of_section(n, section) for section, n in found.imported.counts.items()))
    if refused:
        for path in refused:
            _err.print(f"{path} was edited since it was imported, or never was imported")
        _err.print("nothing was written: keep what is yours in another file or pack, or say --force to lose it")
        raise typer.Exit(REFUSED)
    if dry_run:
        return
    try:
        apply(packs, found.changes)
    except OSError as error:
        _err.print(f"cannot write {error.filename}: {error.strerror}; run it again to go on")
        raise typer.Exit(REFUSED) from None
    _out.print(f"{packs / pack}: {_kinds_said(found.changes)}; next: measuremart generate")


def main() -> None:
    """Run the command line; say so where its output cannot be written."""
    try:
        app()
    except (_Unwritten, OSError) as error:
        if isinstance(error, OSError) and error.filename is not None:
            _err.print(f"{error.filename} cannot be read or written: {error.strerror}")
            sys.exit(REFUSED)
        # Python writes what is left once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        why = error.strerror if isinstance(error, OSError) else error
        _err.print(f"the output cannot be written: {why}")
        sys.exit(REFUSED)
