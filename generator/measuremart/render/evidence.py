"""The evidence of each indicator of a report: what every cohort key has of its parts (semantics.md section 6.2).

One row a cohort key, opportunity and numerator date; a key without an opportunity has one row, and so has an
opportunity without a numerator. Which status follows is decided in one place, models/evaluation/indicator_result.sql.
"""

from __future__ import annotations

from typing import Any

from measuremart.plan.grain import match_of
from measuremart.plan.nodes import Around, Indicator, Plan, Report
from measuremart.render import sql
from measuremart.render.environment import KEY, fill
from measuremart.render.headers import header
from measuremart.render.models import Model
from measuremart.words import indicator_words

_NO_DAY = "cast(null as date)"


def evidence_name(report: str, indicator: str) -> str:
    """Return the relation that holds the evidence of an indicator in a report."""
    return f"evidence__{report}__{indicator}"


def evidence_models(plan: Plan, report: Report) -> list[Model]:
    """Return one model an indicator that can be computed."""
    return [_model(plan, report, indicator) for indicator in report.indicators]


def _model(plan: Plan, report: Report, indicator: Indicator) -> Model:
    about, name = indicator.about, evidence_name(report.about.name, indicator.about.name)
    around_denominator = indicator.around_denominator and indicator.denominator is not None
    start, end = _window(
        indicator.numerator_window, "denominator.measure_date" if around_denominator else "cohort.measure_date"
    )
    flags = _flags(plan, report, indicator)
    numerator_match = _match(plan, report, indicator.numerator)
    text = fill(
        "evidence",
        header=header("indicator", about, indicator_words(indicator)),
        report=report.about.name,
        asked_in=None
        if indicator.asked_in is None
        else [f"cohort.measure_date between {sql.day(p.start)} and {sql.day(p.end)}" for p in indicator.asked_in],
        denominator=indicator.denominator,
        numerator=indicator.numerator,
        denominator_match=_match(plan, report, indicator.denominator) if indicator.denominator else None,
        denominator_window=_denominator_window(indicator),
        window_start=start or _NO_DAY,
        window_end=end or _NO_DAY,
        has_start=start is not None,
        has_end=end is not None,
        inside=_inside(start is not None, end is not None),
        first_opportunity=indicator.first_opportunity,
        numerator_match=numerator_match,
        has_other_episodes=report.types.grain.within == "episode" and numerator_match != "person",
        ignore_undated=indicator.ignore_undated and indicator.numerator_window is None,
        flagged=[
            (kind, [f for f in flags if f["kind"] == kind]) for kind in ("excluded_by", "excepted_by", "unresolved_by")
        ],
        flags=list({f["cte"]: f for f in flags}.values()),
    )
    pack = report.about.pack
    return Model("evidence", about.name, "reports", pack, name, text, about.description, report=report.about.name)


def _match(plan: Plan, report: Report, measure: str) -> str:
    return match_of(report.types.grain, plan.measures[measure].expression.types.grain)


def _flags(plan: Plan, report: Report, indicator: Indicator) -> list[dict[str, Any]]:
    """Return the measures that exclude, except or leave unresolved, in the order in which they are listed."""
    found = []
    for kind, measures in (
        ("excluded_by", indicator.exclusions),
        ("excepted_by", indicator.exceptions),
        ("unresolved_by", indicator.unresolved),
    ):
        for measure in measures:
            match = _match(plan, report, measure)
            key = {"person": KEY[:1], "episode": KEY[:2], "key": KEY}[match]
            found.append({"kind": kind, "measure": measure, "cte": f"flagged__{measure}", "match": match, "key": key})
    return found


def _denominator_window(indicator: Indicator) -> list[str]:
    """Return the conditions that a denominator date lies in its window around the cohort date."""
    window = indicator.denominator_window if indicator.denominator is not None else None
    start, end = _window(window, "cohort.measure_date")
    found = [f"denominator.measure_date >= {start}"] if start else []
    return found + ([f"denominator.measure_date <= {end}"] if end else [])


def _window(window: Around | None, reference: str) -> tuple[str | None, str | None]:
    """Return the first and the last day of a window as expressions; None for an open side."""
    if window is None:
        return None, None
    start = None if window.before is None else sql.shifted(reference, window.before, -1)
    return start, None if window.after is None else sql.shifted(reference, window.after)


def _inside(has_start: bool, has_end: bool) -> str | None:
    """Return what a date inside a window with these sides is; None where there is no window."""
    if has_start and has_end:
        return "between opportunity.window_start and opportunity.window_end"
    if has_start:
        return ">= opportunity.window_start"
    return "<= opportunity.window_end" if has_end else None
