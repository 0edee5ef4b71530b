"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
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

TargetOption = Annotated[
    str | None, typer.Option("--target", help="dbt's target, where it is not the profile's default.")
]
ProfilesOption = Annotated[Path | None, typer.Option("--profiles-dir", help="The folder of dbt's profiles.yml.")]
VariablesOption = Annotated[str | None, typer.Option("--vars", help="dbt variables, as for dbt build.")]


class ProblemFormat(StrEnum):
    """What problems are printed as."""

    text = "text"
    json = "json"
    github = "github"
    sarif = "sarif"


ProblemFormatOption = Annotated[
    ProblemFormat, typer.Option("--format", help="What problems are printed as; text is for people.")
]
