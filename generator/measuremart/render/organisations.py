"""Organisations, their levels and attributions of all populations as two tables (semantics.md section 9)."""

from __future__ import annotations

from typing import Any

from measuremart.plan.nodes import Plan
from measuremart.render.environment import fill

FOLDER = "models/organisations"
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


def levels_model(plan: Plan) -> str:
    """Return the SQL of the table of all bridges."""
    return fill("union_levels", populations=_populations(plan))


def attributions_model(plan: Plan) -> str:
    """Return the SQL of the table of all rules of attribution."""
    return fill("union_attributions", populations=_populations(plan))


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
