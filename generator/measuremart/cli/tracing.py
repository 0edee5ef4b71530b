"""Why a person is in or out: `trace`."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from measuremart.cli.console import WAREHOUSE, echo, err, out, refusing_to_write
from measuremart.cli.options import DefinitionsOption, ProfilesOption, ProjectOption, TargetOption, VariablesOption
from measuremart.cli.reading import packs_option, read_project
from measuremart.explain.show import as_page, as_text
from measuremart.pipeline import Read
from measuremart.plan.unavailable import said
from measuremart.trace.data import trace_data
from measuremart.trace.sentences import explained
from measuremart.trace.tracing import trace_indicator, trace_measure
from measuremart.warehouse.dbt import WarehouseError
from measuremart.warehouse.marts import Marts

UNKNOWN = 2


class TraceFormat(StrEnum):
    """What a trace is printed as."""

    text = "text"
    json = "json"


def trace_command(
    name: Annotated[str, typer.Argument(help="An indicator or a measure.")],
    person: Annotated[int, typer.Option("--person", help="The person's id, as it stands in the marts.")],
    episode: Annotated[int | None, typer.Option("--episode", help="Only this episode of the person.")] = None,
    report: Annotated[str | None, typer.Option("--report", help="Only as this report asks the indicator.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Also show in full what did not decide.")] = False,
    form: Annotated[TraceFormat, typer.Option("--format", help="What is printed.")] = TraceFormat.text,
    page: Annotated[
        Path | None, typer.Option("--html", help="Write a page to this file instead.", dir_okay=False)
    ] = None,
    project_dir: ProjectOption = Path(),
    definitions: DefinitionsOption = None,
    profiles_dir: ProfilesOption = None,
    target: TargetOption = None,
    variables: VariablesOption = None,
) -> None:
    """Say why a person is in or out of an indicator or a measure: each date, each event, and the gate that stopped it.

    The project must be built. The person's id is written to no log.
    """
    read = read_project(project_dir, definitions)
    plan = read.plan
    marts = Marts(project_dir, profiles_dir, target, packs_option(read, (), variables))
    try:
        if name in plan.indicators:
            found = trace_indicator(plan, marts, plan.indicators[name], person, episode, _checked(read, name, report))
            if not found:
                raise WarehouseError(f"no report asks indicator '{name}': trace one of its measures")
        elif name in plan.measures:
            found = trace_measure(plan, marts, plan.measures[name], person, episode)
        elif name in plan.unavailable.indicators:
            err.print(f"indicator '{name}' is unavailable: {said(plan.unavailable.indicators[name].causes)}")
            raise typer.Exit(UNKNOWN)
        else:
            err.print(read.catalogue.unknown(name, ("indicators", "measures")))
            raise typer.Exit(UNKNOWN)
    except WarehouseError as error:
        err.print(str(error))
        raise typer.Exit(WAREHOUSE) from None
    shown = [explained(plan, trace, full=full) for trace in found]
    if page is not None:
        with refusing_to_write():
            page.write_text(as_page(shown), encoding="utf-8")
        out.print(f"wrote {page}", soft_wrap=True)
    elif form is TraceFormat.json:
        echo(json.dumps([trace_data(*pair) for pair in zip(found, shown, strict=True)], indent=2) + "\n")
    else:
        echo("\n".join(as_text(e, min(out.width, 110)) for e in shown))


def _checked(read: Read, indicator: str, report: str | None) -> str | None:
    """Return the report, or stop where it does not ask the indicator."""
    asking = [
        r for r, planned in read.plan.reports.items() if any(i.about.name == indicator for i in planned.indicators)
    ]
    if report is not None and report not in asking:
        err.print(f"report '{report}' does not ask indicator '{indicator}'; {', '.join(asking) or 'none'} does")
        raise typer.Exit(UNKNOWN)
    return report
