"""The dataset of a report: one row a cohort key, and the columns of each measure (semantics.md section 7).

A dataset of many measures is made of slices, views of some of its measures each.
"""

from __future__ import annotations

from typing import Any

from measuremart.plan.datasets import dataset_columns, dataset_slices, numbered_leaf
from measuremart.plan.grain import match_of
from measuremart.plan.nodes import Plan, Report
from measuremart.render.environment import fill
from measuremart.render.headers import header
from measuremart.render.members import match_name
from measuremart.render.models import Model


def dataset_models(plan: Plan, report: Report, description: str) -> list[Model]:
    """Return the model of a report's dataset, after the slices that it is made of."""
    slices = dataset_slices(plan, report)
    name, pack = report.about.name, report.about.pack
    if len(slices) == 1:
        return [_dataset(plan, report, description, [], [_measure(plan, report, m) for m in slices[0]])]
    models = []
    for number, measures in enumerate(slices, start=1):
        text = fill(
            "report_dataset_slice",
            header=header(
                "report", report.about, [f"Columns of the report's dataset, part {number} of {len(slices)}."]
            ),
            report=name,
            measures=[_measure(plan, report, m) for m in measures],
            columns=[c for c in dataset_columns(plan, report) if c.is_of_measure and c.measure in measures],
        )
        said = f"Columns of the dataset of report {name}, part {number} of {len(slices)}"
        models.append(
            Model(
                "slice", name, "reports", pack, f"dataset_{number}__{name}", text, said, is_view=True, measures=measures
            )
        )
    return [*models, _dataset(plan, report, description, models, [])]


def _dataset(
    plan: Plan, report: Report, description: str, slices: list[Model], measures: list[dict[str, Any]]
) -> Model:
    name = report.about.name
    text = fill(
        "report_dataset",
        header=header("report", report.about, [f"Its dataset is made of {len(slices)} slices."] if slices else []),
        report=name,
        slices=[model.name for model in slices],
        slice_of={measure: number for number, model in enumerate(slices, start=1) for measure in model.measures},
        measures=measures,
        columns=dataset_columns(plan, report),
    )
    return Model("dataset", name, "reports", report.about.pack, f"report__{name}__dataset", text, description)


def _measure(plan: Plan, report: Report, measure: str) -> dict[str, Any]:
    """Return what a measure's columns are read from: the measure, or the match of a leaf that has a number."""
    subquery = numbered_leaf(plan, measure)
    grain = plan.measures[measure].expression.types.grain
    source = f"measure__{measure}" if subquery is None else match_name(subquery)
    joined = match_of(report.types.grain, grain)
    return {"name": measure, "source": source, "has_number": subquery is not None, "match": joined}
