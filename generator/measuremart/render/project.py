"""Everything that is generated, as text by path below the project."""

from __future__ import annotations

from measuremart.plan.nodes import Plan
from measuremart.render import organisations
from measuremart.render.catalogue import catalogue_files
from measuremart.render.dropped import dropped_model
from measuremart.render.environment import fill
from measuremart.render.models import Model, concept_set_models, member_models
from measuremart.render.properties import YAML_HEADER, dropped_columns, dump, properties, union_columns
from measuremart.render.reports import report_models

# Folders that hold generated files and nothing else.
GENERATED_FOLDERS = (
    "models/concept_sets",
    "models/subqueries",
    "models/measures",
    "models/cohorts",
    "models/organisations",
    "models/indicators",
    "models/reports",
    "seeds/catalogue",
)


def generated_models(plan: Plan) -> list[Model]:
    """Return every generated model of the packs."""
    models = concept_set_models(plan) + member_models(plan)
    for report in plan.reports.values():
        models += report_models(plan, report)
    return models + [dropped_model(plan, pack) for pack in _packs(plan)]


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
    files |= _union(
        "models/reports/report_results",
        fill("union_results", reports=list(plan.reports.values())),
        "The results of all reports of the packs that are built",
        union_columns(),
    )
    files |= _union(
        "models/subqueries/dropped_events",
        fill("union_dropped", packs=_packs(plan)),
        "What the definitions of the packs that are built dropped, with the reason",
        [("pack", "string", "The pack of the definition"), *dropped_columns()],
    )
    files |= _union(
        f"{organisations.FOLDER}/organisation_level",
        organisations.levels_model(plan),
        "Which entity of each level an organisation belongs to, and when",
        organisations.LEVEL_COLUMNS,
    )
    files |= _union(
        f"{organisations.FOLDER}/organisation_attribution",
        organisations.attributions_model(plan),
        "Which organisation a person or an episode counts for under each rule of attribution, and when",
        organisations.ATTRIBUTION_COLUMNS,
    )
    files |= catalogue_files(plan)
    return {path: files[path] for path in sorted(files)}


def _ended(text: str) -> str:
    return text.rstrip("\n") + "\n"


def _union(path: str, sql: str, description: str, columns: list[tuple[str, str, str]]) -> dict[str, str]:
    body = {
        "name": path.rsplit("/", 1)[1],
        "description": description,
        "config": {"contract": {"enforced": True}},
        "columns": [{"name": n, "data_type": t, "description": d} for n, t, d in columns],
    }
    return {f"{path}.sql": _ended(sql), f"{path}.yml": YAML_HEADER + dump({"version": 2, "models": [body]})}
