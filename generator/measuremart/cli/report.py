"""`measuremart report`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from measuremart.cli.console import WAREHOUSE, echo, err, out
from measuremart.cli.next_step import after_report
from measuremart.cli.options import DefinitionsOption, ProfilesOption, ProjectOption, TargetOption, VariablesOption
from measuremart.cli.reading import packs_option, read_project
from measuremart.organisation_table import organisation_rows, organisation_table
from measuremart.pipeline import Read
from measuremart.plan.nodes import Report
from measuremart.problems import did_you_mean
from measuremart.report_cells import heading
from measuremart.report_files import Printed, report_csv, report_html, report_json, report_markdown
from measuremart.report_notes import (
    built_otherwise_said,
    demo_said,
    freshness_said,
    left_out_said,
    lines_below,
    note_rows,
    reasons_said,
    sub_cohort_rows,
)
from measuremart.report_rows import ALL_TIME, PERIOD_KINDS, Cut, periods_of, report_rows
from measuremart.report_table import report_table
from measuremart.repository import asked_packs
from measuremart.warehouse.dbt import WarehouseError, given_variables
from measuremart.warehouse.marts import Marts


class ReportFormat(StrEnum):
    """What a report is printed as."""

    table = "table"
    json = "json"
    csv = "csv"
    html = "html"
    md = "md"


_FILES = {"json": report_json, "csv": report_csv, "html": report_html, "md": report_markdown}


def report_command(
    name: Annotated[
        str | None,
        typer.Argument(
            help="The report, as in definitions; with --pack that pack's own; may be left out where there is only one."
        ),
    ] = None,
    pack: Annotated[
        str | None,
        typer.Option(help="Print the report that pack.yml names, and its organisation; built with `build --pack`."),
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", help="A stratifier of the report: a line for each of its strata.")
    ] = None,
    level: Annotated[
        str | None, typer.Option(help="A level of the report: a line for each of its organisations.")
    ] = None,
    period: Annotated[
        str,
        typer.Option(
            help="A period, such as 2025 or 2025-03; or a kind, for a line a period: " + ", ".join(PERIOD_KINDS) + "."
        ),
    ] = ALL_TIME,
    organisation: Annotated[
        str | None, typer.Option(help="An entity of the report's first level: its rates beside those of its parents.")
    ] = None,
    form: Annotated[
        ReportFormat, typer.Option("--format", help="A table for the terminal, or what to keep in a file.")
    ] = ReportFormat.table,
    target: TargetOption = None,
    profiles_dir: ProfilesOption = None,
    variables: VariablesOption = None,
    project_dir: ProjectOption = Path(),
    definitions: DefinitionsOption = None,
) -> None:
    """Print a report that was built: indicator, eligible, met, rate, interval, benchmark, verdict, and what is missing.

    Below the table: what the words mean, which indicators are unavailable, who is counted for no organisation, which
    rows were dropped and why, and how fresh the data is. Above it: that the patients are invented, where they are. The
    interval is Wilson's, 95%.
    """
    read = read_project(project_dir, definitions)
    options = packs_option(read, [pack] if pack else [], variables)
    try:
        asked = given_variables(variables)
    except ValueError as error:
        err.print(str(error))
        raise typer.Exit(2) from None
    is_table = form is ReportFormat.table
    is_plain = not (by or level or organisation) and period == ALL_TIME
    beside = read.plan.packs[pack].organisation if pack and name is None and is_plain and is_table else None
    name = name or _report_of(read, pack, project_dir)
    report = read.plan.reports.get(name)
    if report is None and name not in read.plan.unavailable.reports:
        err.print(read.catalogue.unknown(name, ("reports",)))
        raise typer.Exit(2)
    _refuse_cut(name, report, Cut(level, by, period), organisation, is_table)
    marts = Marts(project_dir, profiles_dir, target, options)
    try:
        if organisation is not None and report is not None:
            _print_organisation(marts, report, organisation, period, asked)
        else:
            _print_report(marts, read, name, Cut(level, by, period), form, asked)
        if beside is not None and report is not None:
            rows = organisation_rows(marts, report, beside, ALL_TIME)
            if rows:
                out.print("", organisation_table(report.title, rows, out.width))
    except WarehouseError as error:
        err.print(str(error))
        raise typer.Exit(WAREHOUSE) from None
    if is_table and report is not None:
        given = (("--profiles-dir", profiles_dir), ("--target", target), ("--vars", variables))
        after_report(report, not is_plain, [str(w) for pair in given if pair[1] for w in pair], project_dir)


def _report_of(read: Read, pack: str | None, project: Path) -> str:
    """Return the report that stands for a pack, or the only one that stands for a pack that is built; or stop."""
    if pack is None:
        built = asked_packs(project) or list(read.plan.packs)
        found = {read.plan.packs[name].report for name in built if name in read.plan.packs}
        known = sorted(report for report in found if report is not None)
        if len(known) == 1:
            return known[0]
        every = [r.about for r in read.plan.reports.values()]
        every += [r.about for r in read.plan.unavailable.reports.values()]
        names = sorted(about.name for about in every if about.pack in built)
        there = f"; there are {', '.join(names)}" if names else ""
        raise typer.BadParameter(f"say the report's name, or --pack for the report of a pack{there}")
    report = read.plan.packs[pack].report
    if report is None:
        err.print(f"pack '{pack}' names no report: say one, or put `report` into its pack.yml")
        raise typer.Exit(2)
    return report


def _refuse_cut(name: str, report: Report | None, cut: Cut, organisation: str | None, is_table: bool) -> None:
    """Stop where a report cannot be cut as it is asked."""
    fault = None
    if organisation is not None:
        if report is None:
            fault = f"report '{name}' is unavailable: it has no results by organisation"
        elif not report.levels:
            fault = f"report '{name}' has no levels: --organisation needs 'levels' in its definition"
        elif cut.level or cut.by or cut.by_period:
            fault = "--organisation stands alone, or with one --period: leave --by and --level out"
        elif not is_table:
            fault = "--organisation is printed as a table only: use --level with --format"
    elif report is None and (cut.level or cut.by):
        fault = f"report '{name}' is unavailable: it has no results to cut"
    elif report is not None:
        strata = [stratifier.name for stratifier in report.stratifiers]
        fault = _unknown(name, "level", cut.level, list(report.levels), "levels")
        fault = fault or _unknown(name, "stratifier", cut.by, strata, "stratify_by")
    if fault is not None:
        err.print(fault)
        raise typer.Exit(2)


def _unknown(report: str, what: str, asked: str | None, known: list[str], key: str) -> str | None:
    if asked is None or asked in known:
        return None
    if not known:
        return f"report '{report}' has no {what}: its definition needs '{key}'"
    hint = did_you_mean(asked, known) or f"; it has {', '.join(known)}"
    return f"report '{report}' has no {what} '{asked}'{hint}"


def _print_organisation(marts: Marts, report: Report, organisation: str, period: str, given: Mapping[str, Any]) -> None:
    rows = organisation_rows(marts, report, organisation, period)
    if not rows:
        level = report.levels[0].replace("_", " ")
        raise WarehouseError(f"no {level} '{organisation}' in period '{period}' of report '{report.about.name}'")
    left_out = left_out_said(sub_cohort_rows(marts, report.about.name)) if rows[0]["without"] else []
    _warn(rows, given)
    _print_lines([*demo_said(rows), *left_out])
    out.print(organisation_table(report.title, rows, out.width))
    _print_lines([*reasons_said(rows), *freshness_said(rows)])


def _print_report(marts: Marts, read: Read, name: str, cut: Cut, form: ReportFormat, given: Mapping[str, Any]) -> None:
    report = read.plan.reports.get(name)
    title = report.title if report is not None else read.plan.unavailable.reports[name].title
    rows = report_rows(marts, name, cut)
    if not rows:
        raise WarehouseError(_why_empty(marts, read, name, cut))
    _warn(rows, given)
    pack = (report or read.plan.unavailable.reports[name]).about.pack
    notes = note_rows(marts, name, pack, has_levels=bool(report and report.levels))
    above = [*demo_said(rows), *(left_out_said(notes) if rows[0]["without"] else [])]
    below = (
        lines_below(rows, notes, read.plan, report)
        if report is not None
        else [*reasons_said(rows), *freshness_said(rows)]
    )
    if form is not ReportFormat.table:
        echo(_FILES[form.value](Printed(name, title, cut, rows, above, below)))
        if form is ReportFormat.csv:  # which has no room for them
            for line in (heading(title, rows, cut), *above, *below):
                err.print(line)
        return
    _print_lines(above)
    out.print(report_table(title, rows, out.width, cut))
    if report is not None:
        out.print()
    _print_lines(below)


def _warn(rows: list[dict[str, Any]], given: Mapping[str, Any]) -> None:
    for line in built_otherwise_said(rows, given):
        err.print(line)


def _print_lines(lines: list[str]) -> None:
    for line in lines:
        out.print(line, soft_wrap=not out.is_terminal)


def _why_empty(marts: Marts, read: Read, name: str, cut: Cut) -> str:
    """Return why a report has no rows: it was not built, or has no result in the period."""
    periods = periods_of(marts, name)
    if not periods:
        entry = read.catalogue.of("reports")[name]
        return f"report '{name}' was not built: is pack '{entry.pack}' in the dbt variable 'packs'?"
    if cut.period != ALL_TIME:
        known = did_you_mean(cut.period, periods) or f"; it has {', '.join(periods)}"
        return f"report '{name}' has no results in period '{cut.period}'{known}"
    return (
        f"report '{name}' has no {'level' if cut.level else 'stratifier'} of that name in the database: build it again"
    )
