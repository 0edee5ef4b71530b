"""Organisations, their levels and attributions of all populations as two tables (semantics.md section 9)."""

from __future__ import annotations

from typing import TypeAlias

from measuremart.plan.extensions import seen_by
from measuremart.plan.nodes import Attribution, Extension, Organisations, Plan, Population, Report
from measuremart.render import sql
from measuremart.render.unions import Part, Union

_VALID = (
    ("valid_from", "date", "First day; null where it is open"),
    ("valid_to", "date", "Last day; null where it is open"),
)
_LEVEL_COLUMNS = (
    ("population", "string", "The population whose organisations they are"),
    ("organisation", "string", "The organisation"),
    ("level_name", "string", "The level"),
    ("entity", "string", "The entity of that level that the organisation belongs to"),
    ("title", "string", "What the entity is called; its own name where the bridge has no titles"),
    *_VALID,
    ("bridge", "string", "The relation that the row is of"),
)
_ATTRIBUTION_COLUMNS = (
    ("population", "string", "The population"),
    ("attribution", "string", "The rule of attribution"),
    ("by_episode", "boolean", "Whether the rule is by episode, not by person"),
    ("person_id", "bigint", "The person"),
    ("episode_id", "bigint", "The episode; null where the rule is by person"),
    ("organisation", "string", "The organisation that it counts for"),
    *_VALID,
)

PopulationPart: TypeAlias = Population | Extension


def organisation_unions(plan: Plan) -> list[Union]:
    """Return the tables of all bridges and of all rules of attribution that reports with levels are about."""
    levels, attributions = [], []
    for name, population in sorted(plan.populations.items()):
        reports = [r for r in plan.reports.values() if r.levels and r.types.population == name]
        parts: list[tuple[PopulationPart, list[Report]]] = [(population, reports)]
        parts += [(e, [r for r in reports if e in seen_by(plan, r)]) for e in population.extensions]
        for part, seeing in parts:
            packs = tuple(sorted({r.about.pack for r in seeing}))
            if packs and part.organisations is not None:
                levels.append((packs, (_bridge(name, part.organisations),)))
            if packs and part.attributions:
                attributions.append((packs, tuple(_rule(name, rule) for rule in part.attributions)))
    return [
        Union(
            "organisations",
            "organisation_level",
            "the organisations of all packs",
            "Which entity of each level an organisation belongs to, and when",
            _LEVEL_COLUMNS,
            tuple(levels),
            wanted=("organisation", "level_name", "entity"),
        ),
        Union(
            "organisations",
            "organisation_attribution",
            "the attributions of all packs",
            "Which organisation a person or an episode counts for under each rule of attribution, and when",
            _ATTRIBUTION_COLUMNS,
            tuple(attributions),
            wanted=("organisation",),
        ),
    ]


def _bridge(population: str, of: Organisations) -> Part:
    expressions = {
        "population": sql.text(population),
        "organisation": _as_text(of.organisation),
        "level_name": _as_text(of.level),
        "entity": _as_text(of.entity),
        "title": _as_text(of.title or of.entity),
        "bridge": sql.text(of.model),
    }
    return Part(of.model, expressions | _days(of))


def _rule(population: str, rule: Attribution) -> Part:
    expressions = {
        "population": sql.text(population),
        "attribution": sql.text(rule.name),
        "by_episode": "false" if rule.episode is None else "true",
        "person_id": f"cast({rule.person} as bigint)",
        "episode_id": f"cast({rule.episode or 'null'} as bigint)",
        "organisation": _as_text(rule.organisation),
    }
    days = _days(rule)
    if rule.missing_end == "start" and rule.valid_to is not None:
        days["valid_to"] = f"coalesce({days['valid_to']}, {days['valid_from']})"
    return Part(rule.model, expressions | days)


def _as_text(column: str) -> str:
    return f"{{{{ to_text('{column}') }}}}"


def _days(of: Organisations | Attribution) -> dict[str, str]:
    return {
        "valid_from": f"cast({of.valid_from or 'null'} as date)",
        "valid_to": f"cast({of.valid_to or 'null'} as date)",
    }
