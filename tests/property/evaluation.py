"""The hand-written models that reports are evaluated by, over the generated models of one case."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import Any

from lab.project import ROOT
from measuremart.plan.nodes import Plan
from measuremart.render.catalogue import CATALOGUE, catalogue_rows
from measuremart.render.unions import pack_unions, union_sql

RESULTS = "indicator_result"
# What the evaluation reads: seeds of the catalogue, and unions of what all packs made.
_SEEDS = ("catalogue_report", "catalogue_report_indicator")
_UNIONS = ("report_counted_keys", "indicator_evidence", "indicator_recorded")
_TYPES = {"string": "text"}
_SWITCH = re.compile(r"\{% (if .*?|endif) %\}")


@cache
def _model(name: str) -> str:
    models = Path(os.environ.get("MEASUREMART_TEST_MODELS") or ROOT / "models")  # changed copies: tests/mutation
    return (models / "evaluation" / f"{name}.sql").read_text(encoding="utf-8")


def evaluation_models(plan: Plan) -> list[tuple[str, str]]:
    """Return (name, text) of what turns the evidence of a plan's reports into results, parents first; all its packs built."""
    unions = {union.name: _SWITCH.sub("", union_sql(plan, union)) for union in pack_unions(plan, [])}
    return [*((name, unions[name]) for name in _UNIONS), (RESULTS, _model(RESULTS))]


def seed_tables(plan: Plan) -> list[tuple[str, dict[str, str], list[dict[str, Any]]]]:
    """Return (name, type by column, rows) of the catalogue's seeds that the evaluation reads."""
    rows = catalogue_rows(plan)
    found = []
    for name in _SEEDS:
        columns = {column: _TYPES.get(kind, kind) for column, kind, _ in CATALOGUE[name]}
        cells = [[None if cell == "" else cell for cell in row] for row in rows[name]]
        found.append((name, columns, [dict(zip(columns, row, strict=True)) for row in cells]))
    return found
