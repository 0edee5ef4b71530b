"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
