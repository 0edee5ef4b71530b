"""Everything that is generated, as text by path below the project."""

from __future__ import annotations

from measuremart.plan.nodes import Plan
from measuremart.render.catalogue import FOLDER, catalogue_files
from measuremart.render.matched_rows import matched_rows_model
from measuremart.render.models import Model, concept_set_models, member_models
from measuremart.render.organisations import organisation_unions
from measuremart.render.packs import known_pack_files
from measuremart.render.properties import properties
from measuremart.render.recorded import recorded_models
from measuremart.render.reports import report_models
from measuremart.render.rooms import ROOM
from measuremart.render.unions import pack_unions, union_files

# Folders that hold generated files and nothing else.
GENERATED_FOLDERS = (ROOM, FOLDER)


def generated_models(plan: Plan) -> list[Model]:
    """Return every generated model of the packs."""
    models = concept_set_models(plan) + member_models(plan) + recorded_models(plan)
    for report in plan.reports.values():
        models += report_models(plan, report)
    return models + [matched_rows_model(plan, pack) for pack in _packs(plan)]


def _packs(plan: Plan) -> list[str]:
    """Return the packs that have subqueries or measures, sorted."""
    named = [s.about for s in plan.subqueries.values()] + [m.about for m in plan.measures.values()]
    return sorted({about.pack for about in named})


def render(plan: Plan) -> dict[str, str]:
    """Return {path: text} of every generated file; the same plan gives the same bytes."""
    files: dict[str, str] = {}
    for model in generated_models(plan):
        files[f"{model.path}.sql"] = _ended(model.sql)
        files[f"{model.path}.yml"] = properties(model, plan)
    files |= union_files(plan, [*pack_unions(plan, _packs(plan)), *organisation_unions(plan)])
    files |= known_pack_files(plan)
    files |= catalogue_files(plan)
    return {path: files[path] for path in sorted(files)}


def _ended(text: str) -> str:
    return text.rstrip("\n") + "\n"
