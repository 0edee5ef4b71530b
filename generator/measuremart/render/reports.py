"""Generated models of a report: its cohort, its results and its dataset (semantics.md sections 6.2 and 7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from measuremart.plan import nodes
from measuremart.plan.grain import match_of
from measuremart.plan.nodes import Around, Indicator, Plan, Report
from measuremart.render import sql
from measuremart.render.environment import fill
from measuremart.render.members import Ctes, number_of, subquery_ctes
from measuremart.render.models import Model, header
from measuremart.render.unavailable import without


@dataclass(frozen=True, slots=True)
class DatasetColumn:
    """A column of a report's dataset beside the ids and the cohort date."""

    name: str
    expression: str
    data_type: str
    description: str


def report_models(plan: Plan, report: Report) -> list[Model]:
    """Return the models of a report."""
    about = report.about
    name = f"report__{about.name}"
    description = without(about.description, tuple(p for p in report.left_out if p.part == "sub_cohort"))
    of_dataset = without(about.description, report.left_out)
    return [
        Model("reports", about.pack, name, _cohort(plan, report), description, report.types.grain),
        Model("reports", about.pack, f"{name}__results", _results(plan, report), description),
        Model("reports", about.pack, f"{name}__dataset", _dataset(plan, report), of_dataset),
    ]


def _header(report: Report) -> str:
    return header("report", report.about.name, report.about.pack)


def _cohort(plan: Plan, report: Report) -> str:
    ctes = Ctes(plan.populations)
    cohorts = [{"cte": ctes.member(f"cohort__{name}"), "primary": name == report.primary} for name in report.cohorts]
    return fill("report", header=_header(report), ctes=ctes.blocks(), cohorts=cohorts)


def _used(plan: Plan, report: Report, ctes: Ctes, measure: str) -> dict[str, Any]:
    grain = plan.measures[measure].expression.types.grain
    return {"cte": ctes.member(f"measure__{measure}"), "match": match_of(report.types.grain, grain)}


def _within(window: Around | None, date: str, reference: str) -> list[str]:
    """Return the conditions that a date lies in a window; an open side has none, both known dates are needed."""
    if window is None:
        return []
    found = []
    if window.before is not None:
        found.append(f"{date} >= {sql.shifted(reference, window.before, -1)}")
    if window.after is not None:
        found.append(f"{date} <= {sql.shifted(reference, window.after)}")
    return found


def _sides(window: Around | None, reference: str) -> dict[str, str]:
    """Return the first and the last day of a window as columns by name; an open side has none."""
    sides = {}
    if window is not None and window.before is not None:
        sides["window_start"] = sql.shifted(reference, window.before, -1)
    if window is not None and window.after is not None:
        sides["window_end"] = sql.shifted(reference, window.after)
    return sides


def _inside(sides: list[str]) -> str:
    """Return what a date inside a window with these sides is."""
    if len(sides) == 2:
        return "between opportunity.window_start and opportunity.window_end"
    return "".join(f"{'>=' if side == 'window_start' else '<='} opportunity.{side}" for side in sides)


def _results(plan: Plan, report: Report) -> str:
    if not report.indicators:
        return fill("report_no_results", header=_header(report), report=report.about.name)
    ctes = Ctes(plan.populations)
    cohort = fill("report_cohort", report=report.about.name)
    flags = []
    for indicator in report.indicators:
        for kind, names in (
            ("excluded", indicator.exclusions),
            ("exception", indicator.exceptions),
            ("unresolved", indicator.unresolved),
        ):
            flags += [
                {"indicator": indicator.about.name, "kind": kind, "measure": m, "place": place}
                | _used(plan, report, ctes, m)
                for place, m in enumerate(names, start=1)
            ]
    indicators = [_indicator(plan, report, ctes, i) for i in report.indicators]
    return fill(
        "report_results",
        header=_header(report),
        indicators=indicators,
        counted=[_used(plan, report, ctes, m) for m in report.counted],
        flags=flags,
        by_person=[i.about.name for i in report.indicators if i.by_person],
        period_date=report.period_date,
        ctes=[cohort, *ctes.blocks()],
    )


def _indicator(plan: Plan, report: Report, ctes: Ctes, indicator: Indicator) -> dict[str, Any]:
    denominator = indicator.denominator
    around_denominator = indicator.around_denominator and denominator is not None
    reference = "denominator.measure_date" if around_denominator else "cohort.cohort_date"
    sides = _sides(indicator.numerator_window, reference)
    numerator = _used(plan, report, ctes, indicator.numerator)
    return {
        "name": indicator.about.name,
        "denominator_name": denominator or "full_cohort",
        "numerator_name": indicator.numerator,
        "denominator": _used(plan, report, ctes, denominator) if denominator else None,
        "numerator": numerator,
        "denominator_window": _within(
            indicator.denominator_window if denominator else None, "denominator.measure_date", "cohort.cohort_date"
        ),
        "window_columns": [f"{day} as {side}" for side, day in sides.items()],
        "window_sides": list(sides),
        "inside": _inside(list(sides)),
        "has_other_episodes": report.types.grain.within == "episode" and numerator["match"] != "person",
        "first_opportunity": indicator.first_opportunity,
        "ignore_undated": indicator.ignore_undated and indicator.numerator_window is None,
        "asked_in": None
        if indicator.asked_in is None
        else [f"cohort_date between {sql.day(p.start)} and {sql.day(p.end)}" for p in indicator.asked_in],
    }


def dataset_measures(plan: Plan, report: Report) -> list[str]:
    """Return the measures that the dataset has columns for, each once, in the order of cohorts, indicators, dataset."""
    names = [m for c in report.cohorts for _, m in plan.cohorts[c].definitions]
    names += [m for i in report.listed for m in i.measures()]
    names += list(report.dataset)
    return list(dict.fromkeys(names))


def _leaf(plan: Plan, measure: str) -> nodes.Subquery | None:
    expression = plan.measures[measure].expression
    if isinstance(expression, nodes.Leaf) and expression.subquery.target.number is not None:
        return expression.subquery
    return None


def dataset_columns(plan: Plan, report: Report) -> list[DatasetColumn]:
    """Return the dataset's columns beside the ids and the cohort date, in order."""
    columns = []
    for sub, measure in _sub_cohorts(plan, report):
        columns.append(
            DatasetColumn(
                f"{sub}__cohort_date",
                f"min(case when part = '{measure}' then first_date end)",
                "date",
                f"Earliest known date in sub-cohort {sub}",
            )
        )
    for measure in dataset_measures(plan, report):
        columns.append(
            DatasetColumn(
                f"{measure}__qualified",
                f"max(case when part = '{measure}' then 1 else 0 end) = 1",
                "boolean",
                f"Whether measure {measure} has the key",
            )
        )
        columns.append(
            DatasetColumn(
                f"{measure}__date",
                f"min(case when part = '{measure}' then first_date end)",
                "date",
                f"Earliest known date of measure {measure}",
            )
        )
        if _leaf(plan, measure) is not None:
            columns.append(
                DatasetColumn(
                    f"{measure}__number",
                    f"max(case when part = '{measure}__number' then number_value end)",
                    "numeric(38,10)",
                    f"The number on the row of measure {measure}'s first date (lowest event id)",
                )
            )
    return columns


def _sub_cohorts(plan: Plan, report: Report) -> list[tuple[str, str]]:
    pairs = [pair for c in report.cohorts for pair in plan.cohorts[c].definitions]
    return list(dict.fromkeys(pairs))


def _dataset(plan: Plan, report: Report) -> str:
    ctes = Ctes(plan.populations)
    cohort = fill("report_cohort", report=report.about.name)
    measures = dataset_measures(plan, report)
    parts = [_used(plan, report, ctes, m) | {"label": m} for m in measures]
    numbers = []
    for measure in measures:
        subquery = _leaf(plan, measure)
        if subquery is None:
            continue
        prefix = f"number__{measure}"
        own = f"{prefix}_row"
        subquery_ctes(subquery, ctes, own, f"{prefix}_", number_of(subquery))
        match = match_of(report.types.grain, subquery.grain)
        numbers.append({"name": prefix, "label": f"{measure}__number", "cte": own, "match": match})
    return fill(
        "report_dataset",
        header=_header(report),
        ctes=[cohort, *ctes.blocks()],
        parts=parts,
        numbers=numbers,
        columns=dataset_columns(plan, report),
    )
