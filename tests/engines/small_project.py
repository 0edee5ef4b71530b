"""A dbt project of our own macros, marts and tests over a few seeds and definitions, for tests through dbt."""

import csv
import shutil
from pathlib import Path
from typing import Any

import yaml
from dbt_runs import ROOT
from measuremart.cli import app
from typer.testing import CliRunner

World = dict[str, tuple[dict[str, str], list[tuple[Any, ...]]]]


def write_project(folder: Path, definitions: dict[str, str], world: World) -> Path:
    """Write a project of our own macros, marts and generic tests, with generated models over seeds.

    `definitions` are texts by their path below the folder `definitions`; `world` the types of the columns and the rows of
    each seed.
    """
    project = folder / "project"
    layers = ("models/core", "models/evaluation", "models/marts")
    for part in ("macros", "tests/generic", "seeds/reference", "seeds/epilepsy12", *layers):
        shutil.copytree(ROOT / part, project / part)
    (project / "tests" / "singular").mkdir()
    shutil.copy(ROOT / "models" / "_groups.yml", project / "models")
    shutil.copy(ROOT / "dbt_project.yml", project)
    for path, text in definitions.items():
        (project / "definitions" / path).parent.mkdir(parents=True)
        (project / "definitions" / path).write_text(text)
    (project / "seeds" / "world").mkdir(parents=True)
    for name, (columns, rows) in world.items():
        with (project / "seeds" / "world" / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows([list(columns), *rows])
    seeds = [{"name": name, "config": {"column_types": columns}} for name, (columns, _) in world.items()]
    (project / "seeds" / "world" / "world.yml").write_text(yaml.safe_dump({"seeds": seeds}))
    done = CliRunner().invoke(app, ["generate", "--project-dir", str(project)])
    assert done.exit_code == 0, done.output
    return project
