"""The generated model that says which packs there are and which are built."""

from __future__ import annotations

from measuremart.plan.nodes import Plan
from measuremart.render import sql
from measuremart.render.environment import fill
from measuremart.render.properties import YAML_HEADER, dump
from measuremart.render.rooms import ROOM, is_built, model_config

_COLUMNS = (
    ("pack", "string", "The pack"),
    ("title", "string", "What it is called"),
    ("built", "string", "When it is built: always, by_default (where the variable packs is not set) or on_request"),
    ("is_built", "boolean", "Whether it is built now"),
)


def known_pack_files(plan: Plan) -> dict[str, str]:
    """Return {path: text} of the model and its properties."""
    packs = [plan.packs[name] for name in sorted(plan.packs)]
    built = {pack.name: is_built(plan, [pack.name]) for pack in packs}
    body = {
        "name": "known_pack",
        "description": "All packs that are defined, and which of them are built",
        "config": model_config("packs", "known_pack", pack=None, enabled=None),
        "columns": [{"name": n, "data_type": t, "description": d} for n, t, d in _COLUMNS],
    }
    return {
        f"{ROOM}/known_pack.sql": fill("known_pack", packs=packs, is_built=built, text=sql.text) + "\n",
        f"{ROOM}/known_pack.yml": YAML_HEADER + dump({"version": 2, "models": [body]}),
    }
