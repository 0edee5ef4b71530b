"""Generated models of a report: its cohort, its results and its dataset (semantics.md sections 6.2 and 7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from measuremart.plan.datasets import dataset_columns, dataset_measures, numbered_leaf
from measuremart.plan.grain import match_of
from measuremart.plan.nodes import Around, Indicator, Plan, Report
from measuremart.plan.stratifiers import bands
from measuremart.render import sql
from measuremart.render.environment import fill
from measuremart.render.members import Ctes, number_of, subquery_ctes
from measuremart.render.models import Model, header
from measuremart.render.unavailable import without


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
        *(
            [Model("reports", about.pack, f"{name}__strata", _strata(plan, report), description)]
            * bool(report.stratifiers)
        ),
    ]


def _strata(plan: Plan, report: Report) -> str:
    population = plan.populations[report.types.population]
    columns = [(f"cast({population.person_id} as bigint)", "person_id")]
    if any(s.ages for s in report.stratifiers):
        columns.append((f"cast({population.birth_date or 'null'} as date)", "birth_date"))
    stratifiers = []
    for stratifier in report.stratifiers:
        own = f"of_{stratifier.name}"
        if stratifier.names:
            columns.append((f"cast({stratifier.column} as bigint)", own))
        elif stratifier.column is not None:
            columns.append((f"{{{{ to_text('{stratifier.column}') }}}}", own))
        names = [(code, sql.text(name)) for name, code in stratifier.names]
        stratifiers.append({"name": stratifier.name, "own": own, "names": names, "bands": []})
        if stratifier.ages:
            stratifiers[-1]["bands"] = [(low, sql.text(label)) for low, label in reversed(bands(stratifier.ages))]
    return fill(
        "report_strata",
        header=_header(report),
        report=report.about.name,
        person_model=population.person_model,
        columns=columns,
        stratifiers=stratifiers,
    )


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
    waiting = [i for i in indicators if i["waits"]]
    if waiting:
        ctes.clock()
    return fill(
        "report_results",
        header=_header(report),
        indicators=indicators,
        waiting=waiting,
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
        "waits": indicator.waits,
        "asked_in": None
        if indicator.asked_in is None
        else [f"cohort_date between {sql.day(p.start)} and {sql.day(p.end)}" for p in indicator.asked_in],
    }


# What one slice of a dataset holds at most. Each row of a join carries the columns of all tables before it, so that
# with hundreds of joins the time would grow with the square of the measures; and DuckDB takes fewer than 1,000 CTEs.
_MEASURES_OF_SLICE = 40
_CTES_OF_SLICE = 300


@dataclass
class _Slice:
    """Some measures of a dataset, with the CTEs that their columns come from."""

    ctes_found: Ctes
    measures: list[dict[str, Any]] = field(default_factory=list)

    @property
    def ctes(self) -> list[str]:
        return self.ctes_found.blocks()

    @property
    def names(self) -> set[str]:
        return {measure["name"] for measure in self.measures}

    @property
    def is_full(self) -> bool:
        return len(self.measures) >= _MEASURES_OF_SLICE or len(self.ctes) >= _CTES_OF_SLICE


def _dataset(plan: Plan, report: Report) -> str:
    slices = [_Slice(Ctes(plan.populations))]
    for measure in dataset_measures(plan, report):
        if slices[-1].is_full:
            slices.append(_Slice(Ctes(plan.populations)))
        _add(plan, report, slices[-1], measure)
    return fill(
        "report_dataset",
        header=_header(report),
        cohort=fill("report_cohort", report=report.about.name),
        slices=slices,
        slice_of={name: number for number, found in enumerate(slices, start=1) for name in found.names},
        columns=dataset_columns(plan, report),
    )


def _add(plan: Plan, report: Report, part: _Slice, measure: str) -> None:
    """Add a measure and the CTEs of its columns to a slice."""
    ctes = part.ctes_found
    subquery = numbered_leaf(plan, measure)
    number = None
    if subquery is not None:
        own = f"rows__{measure}"
        subquery_ctes(subquery, ctes, own, f"{own}__", number_of(subquery))
        number = {"cte": own, "match": match_of(report.types.grain, subquery.grain)}
    used = _used(plan, report, ctes, measure)
    ctes.parts.append(fill("report_dataset_measure", name=measure, number=number, **used))
    part.measures.append({"name": measure, "has_number": subquery is not None})
