"""Everything that is generated, as text by path below the project."""

from __future__ import annotations

from measuremart.plan.nodes import Plan
from measuremart.render.catalogue import catalogue_files
from measuremart.render.environment import fill
from measuremart.render.models import Model, concept_set_models, member_models
from measuremart.render.properties import YAML_HEADER, dump, properties, union_columns
from measuremart.render.reports import report_models

# Folders that hold generated files and nothing else.
GENERATED_FOLDERS = (
    "models/concept_sets",
    "models/subqueries",
    "models/measures",
    "models/cohorts",
    "models/indicators",
    "models/reports",
    "seeds/catalogue",
)


def generated_models(plan: Plan) -> list[Model]:
    """Return every generated model of the packs."""
    models = concept_set_models(plan) + member_models(plan)
    for report in plan.reports.values():
        models += report_models(plan, report)
    return models


def render(plan: Plan) -> dict[str, str]:
    """Return {path: text} of every generated file; the same plan gives the same bytes."""
    files: dict[str, str] = {}
    for model in generated_models(plan):
        files[f"{model.path}.sql"] = _ended(model.sql)
        files[f"{model.path}.yml"] = properties(model, plan)
    files["models/reports/report_results.sql"] = _ended(fill("union_results", reports=list(plan.reports.values())))
    files["models/reports/report_results.yml"] = _union_properties()
    files |= catalogue_files(plan)
    return {path: files[path] for path in sorted(files)}


def _ended(text: str) -> str:
    return text.rstrip("\n") + "\n"


def _union_properties() -> str:
    body = {
        "name": "report_results",
        "description": "The results of all reports of the packs that are built",
        "config": {"contract": {"enforced": True}},
        "columns": [{"name": n, "data_type": t, "description": d} for n, t, d in union_columns()],
    }
    return YAML_HEADER + dump({"version": 2, "models": [body]})
