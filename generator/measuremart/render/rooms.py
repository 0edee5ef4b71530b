"""Where generated models stand, and what dbt is told of each: schema, colour, tags, group, whether it is built.

All of it is written beside the model, so that no file by hand lists a pack (docs/architecture.md, Tree).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from measuremart.plan.nodes import Plan

ROOM = "models/generated"


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of generated models: its schema, and its colour in dbt's graph."""

    schema: str
    colour: str


LAYERS = {
    "concept_sets": Layer("concept_sets", "#9e9d24"),
    "matches": Layer("matches", "#77a6d6"),
    "subqueries": Layer("subqueries", "#5c8fc7"),
    "measures": Layer("measures", "#3d6fb4"),
    "cohorts": Layer("cohorts", "#7e57c2"),
    "indicators": Layer("indicators", "#a1468f"),
    "reports": Layer("reports", "#c2504f"),
    # These have unions only.
    "populations": Layer("populations", "#6d8f71"),
    "organisations": Layer("levels", "#00838f"),
    "packs": Layer("reference", "#78909c"),
}


def is_built(plan: Plan, packs: Sequence[str]) -> str:
    """Return the expression of Jinja that says whether one of the packs is built.

    It names these packs only, so that it is the same whatever other packs there are.
    """
    return " or ".join(_is_built(plan, pack) for pack in packs)


def _is_built(plan: Plan, pack: str) -> str:
    match plan.packs[pack].built:
        case "always":
            return "true"
        case "by_default":
            return f"'{pack}' in var('packs', ['{pack}'])"
        case "on_request":
            return f"'{pack}' in var('packs', [])"


def model_config(layer: str, kind: str, *, pack: str | None, enabled: str | None, view: bool = False) -> dict[str, Any]:
    """Return the `config` of a generated model; of a union `pack` and `enabled` are None."""
    about = LAYERS[layer]
    config: dict[str, Any] = {} if enabled is None else {"enabled": f"{{{{ {enabled} }}}}"}
    return config | {
        "schema": about.schema,
        "materialized": "view" if view else "table",
        "contract": {"enforced": True},
        "group": "generated",
        "access": "protected",
        "tags": [layer] if pack is None else [pack, layer],
        "meta": {"kind": kind},
        "docs": {"node_color": about.colour},
    }
