"""`measuremart semantic`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from measuremart.cli.console import counted, out, refusing_to_write
from measuremart.cli.options import DefinitionsOption, ProjectOption
from measuremart.cli.reading import read_project
from measuremart.semantic_layer import semantic_files
from measuremart.write import apply, changes


def semantic_command(
    folder: Annotated[
        Path,
        typer.Argument(help="The folder to write, below a model path of dbt: models/semantic.", show_default=False),
    ],
    project_dir: ProjectOption = Path(),
    definitions: DefinitionsOption = None,
) -> None:
    """Write the semantic layer for MetricFlow: each indicator of each report as a metric, met / eligible.

    Files of an earlier run are replaced; nothing else in the folder is touched.
    """
    plan = read_project(project_dir, definitions).plan
    files = semantic_files(plan)
    with refusing_to_write():
        apply(folder, changes(folder, files, ()))
    metrics = sum(len(report.indicators) for report in plan.reports.values())
    out.print(f"{folder} has {counted(metrics, 'metric')}", soft_wrap=True)
