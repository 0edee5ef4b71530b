"""From a folder of definitions to a plan and to generated text; what the command line calls."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from measuremart.catalogue import Catalogue, load
from measuremart.checks.run import run_checks
from measuremart.definitions.schema import schema_text
from measuremart.plan.build import build_plan
from measuremart.plan.examples import Example
from measuremart.plan.nodes import Plan
from measuremart.problems import Problem
from measuremart.render.project import GENERATED_FOLDERS, render
from measuremart.write import Change, changes

SCHEMA_FILE = "definition.schema.json"


@dataclass(frozen=True, slots=True)
class Read:
    """What a folder of definitions says: the catalogue, its plan, its examples, and every problem, sorted by place."""

    catalogue: Catalogue
    plan: Plan
    examples: list[Example]
    problems: list[Problem]


def read_definitions(folder: Path) -> Read:
    """Read, resolve and check all packs below `folder`."""
    catalogue, problems = load(folder)
    planned = build_plan(catalogue)
    found = problems + planned.problems + run_checks(catalogue, planned.plan)
    unique = dict.fromkeys(sorted(found, key=lambda p: (p.position, p.message)))
    return Read(catalogue, planned.plan, planned.examples, list(unique))


def pending_changes(project: Path, plan: Plan) -> list[Change]:
    """Return what `generate` would write. Raises `write.WriteRefusedError`."""
    return changes(project, render(plan) | {SCHEMA_FILE: schema_text()}, GENERATED_FOLDERS)
