"""Generated models of a report: cohort, evidence, dataset, strata (semantics.md sections 6.2 and 7)."""

from __future__ import annotations

from typing import Any

from measuremart.plan.grain import Grain, match_of
from measuremart.plan.nodes import Plan, Report
from measuremart.plan.stratifiers import bands
from measuremart.render import sql
from measuremart.render.datasets import dataset_models
from measuremart.render.environment import fill
from measuremart.render.evidence import evidence_models
from measuremart.render.headers import header
from measuremart.render.members import Ctes
from measuremart.render.models import Kind, Model
from measuremart.render.unavailable import without
from measuremart.short_text import report_text


def report_models(plan: Plan, report: Report) -> list[Model]:
    """Return the models of a report."""
    about = report.about
    name = f"report__{about.name}"
    description = without(about.description, tuple(p for p in report.left_out if p.part == "sub_cohort"))
    of_dataset = without(about.description, report.left_out)
    grain = report.types.grain
    models = [_model(report, "report", name, _cohort(plan, report), report_text(report, description), grain)]
    if report.counted:
        models.append(_model(report, "counted", f"{name}__counted", _counted(plan, report), description, grain))
    models += dataset_models(plan, report, of_dataset)
    if report.stratifiers:
        models.append(_model(report, "strata", f"{name}__strata", _strata(plan, report), description))
    return models + evidence_models(plan, report)


def _model(report: Report, kind: Kind, name: str, text: str, description: str, grain: Grain | None = None) -> Model:
    return Model(kind, report.about.name, "reports", report.about.pack, name, text, description, grain)


def _counted(plan: Plan, report: Report) -> str:
    ctes = Ctes(plan.populations)
    measures = [_used(plan, report, ctes, measure) for measure in report.counted]
    return fill(
        "report_counted", header=_header(report), report=report.about.name, ctes=ctes.blocks(), measures=measures
    )


def _strata(plan: Plan, report: Report) -> str:
    population = plan.populations[report.types.population]
    columns = [(f"cast({population.person_id} as bigint)", "person_id")]
    if any(s.ages for s in report.stratifiers):
        columns.append((f"cast({population.birth_date or 'null'} as date)", "birth_date"))
    stratifiers: list[dict[str, Any]] = []
    for stratifier in report.stratifiers:
        own = f"of_{stratifier.name}"
        if stratifier.model is not None:
            pass
        elif stratifier.names:
            columns.append((f"cast({stratifier.column} as bigint)", own))
        elif stratifier.column is not None:
            columns.append((f"{{{{ to_text('{stratifier.column}') }}}}", own))
        names = [(code, sql.text(name)) for name, code in stratifier.names]
        source = "person" if stratifier.model is None else f"{stratifier.name}_row"
        stratifiers.append({"name": stratifier.name, "own": own, "names": names, "bands": [], "source": source})
        if stratifier.ages:
            stratifiers[-1]["bands"] = [(low, sql.text(label)) for low, label in reversed(bands(stratifier.ages))]
    return fill(
        "report_strata",
        header=_header(report),
        report=report.about.name,
        person_model=population.person_model,
        columns=columns,
        stratifiers=stratifiers,
        elsewhere=[s for s in report.stratifiers if s.model is not None],
    )


def _header(report: Report) -> str:
    return header("report", report.about)


def _cohort(plan: Plan, report: Report) -> str:
    ctes = Ctes(plan.populations)
    cohorts = [{"cte": ctes.member(f"cohort__{name}"), "primary": name == report.primary} for name in report.cohorts]
    return fill("report", header=_header(report), ctes=ctes.blocks(), cohorts=cohorts)


def _used(plan: Plan, report: Report, ctes: Ctes, measure: str) -> dict[str, Any]:
    grain = plan.measures[measure].expression.types.grain
    return {"cte": ctes.member(f"measure__{measure}"), "match": match_of(report.types.grain, grain)}
