"""Organisations, their levels and attributions of all populations as two tables (semantics.md section 9)."""

from __future__ import annotations

from typing import Any

from measuremart.plan.nodes import Plan
from measuremart.render.environment import fill
from measuremart.render.properties import YAML_HEADER, dump

FOLDER = "models/organisations"
_LEVELS = "Which entity of each level an organisation belongs to, and when"
_ATTRIBUTIONS = "Which organisation a person or an episode counts for under each rule of attribution, and when"
_VALID = [
    ("valid_from", "date", "First day; null where it is open"),
    ("valid_to", "date", "Last day; null where it is open"),
]
LEVEL_COLUMNS = [
    ("population", "string", "The population whose organisations they are"),
    ("organisation", "string", "The organisation"),
    ("level_name", "string", "The level"),
    ("entity", "string", "The entity of that level that the organisation belongs to"),
    ("title", "string", "What the entity is called; its own name where the bridge has no titles"),
    *_VALID,
]
ATTRIBUTION_COLUMNS = [
    ("population", "string", "The population"),
    ("attribution", "string", "The rule of attribution"),
    ("by_episode", "boolean", "Whether the rule is by episode, not by person"),
    ("person_id", "bigint", "The person"),
    ("episode_id", "bigint", "The episode; null where the rule is by person"),
    ("organisation", "string", "The organisation that it counts for"),
    *_VALID,
]


def organisation_files(plan: Plan) -> dict[str, str]:
    """Return both tables and their properties by path."""
    populations = _populations(plan)
    levels = fill("union_levels", populations=populations)
    attributions = fill("union_attributions", populations=populations)
    return {
        **_files("organisation_level", levels, _LEVELS, LEVEL_COLUMNS),
        **_files("organisation_attribution", attributions, _ATTRIBUTIONS, ATTRIBUTION_COLUMNS),
    }


def _files(name: str, sql: str, description: str, columns: list[tuple[str, str, str]]) -> dict[str, str]:
    body = {
        "name": name,
        "description": description,
        "config": {"contract": {"enforced": True}},
        "columns": [{"name": n, "data_type": t, "description": d} for n, t, d in columns],
    }
    properties = YAML_HEADER + dump({"version": 2, "models": [body]})
    return {f"{FOLDER}/{name}.sql": f"{sql}\n", f"{FOLDER}/{name}.yml": properties}


def _populations(plan: Plan) -> list[dict[str, Any]]:
    """Return the populations that reports with levels are about, each with the packs of those reports."""
    found = []
    for name, population in sorted(plan.populations.items()):
        reports = [r for r in plan.reports.values() if r.levels and r.types.population == name]
        packs = sorted({r.about.pack for r in reports})
        if packs and population.organisations is not None:
            built = " or ".join(f"'{pack}' in var('packs')" for pack in packs)
            of, rules = population.organisations, population.attributions
            found.append({"name": name, "built": built, "of": of, "rules": rules})
    return found
