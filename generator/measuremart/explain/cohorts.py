"""Cohorts and reports in words (semantics.md sections 5, 7 and 9)."""

from __future__ import annotations

import calendar

from measuremart.explain.section import Section, grain_words, relations
from measuremart.plan.nodes import Cohort, Indicator, Plan, Report
from measuremart.plan.unavailable import said
from measuremart.short_text import asked_in_short, listed, measure_called

_PERIOD_DATES = {
    "cohort": "its cohort date",
    "denominator": "the denominator's date",
    "numerator": "the numerator's date",
    "latest": "the later of the denominator's and the numerator's date",
}


def cohort_sections(plan: Plan, cohort: Cohort) -> list[Section]:
    """Return who is in a cohort, and when."""
    return [
        Section("Who is in it", tuple(_members(plan, cohort))),
        Section("Key and date", (f"One member is {grain_words(cohort.types.grain)}.",)),
        Section("Left out", tuple(f"- {part.name}: {said(part.causes)}" for part in cohort.left_out)),
        relations(cohort.about, [f"cohort__{cohort.about.name}"]),
    ]


def report_sections(plan: Plan, report: Report) -> list[Section]:
    """Return whom a report is about, what it asks of them, and how the answers are cut."""
    name = report.about.name
    gone = [f"- {i.about.name}: {said(i.causes)}" for i in report.listed if not isinstance(i, Indicator)]
    gone += [f"- {part.name}: {said(part.causes)}" for part in report.left_out]
    return [
        Section("Whom it is about", tuple(_cohort_lines(plan, report))),
        Section("What it asks", tuple(_indicator_lines(plan, report))),
        Section("How it is cut", tuple(_cuts(report))),
        Section("Further columns of its dataset", tuple(f"- {measure_called(plan, m)}" for m in report.dataset)),
        Section("Not available", tuple(gone)),
        relations(report.about, [f"report__{name}", f"report__{name}__dataset"]),
    ]


def _members(plan: Plan, cohort: Cohort) -> list[str]:
    lines = ["Everybody in at least one of:"]
    return lines + [f"  - {part}: measure {measure_called(plan, measure)}" for part, measure in cohort.definitions]


def _cohort_lines(plan: Plan, report: Report) -> list[str]:
    lines = []
    for name in report.cohorts:
        first, *rest = _members(plan, plan.cohorts[name])
        lines += [f"Cohort {name}. {first}", *rest]
    lines.append(f"One key is {grain_words(report.types.grain)}.")
    if len(report.cohorts) > 1:
        lines.append(
            f"The cohort date is that of cohort {report.primary} where it has the key, else the earliest known."
        )
    else:
        lines.append("The cohort date is the earliest known date of the key.")
    if report.counted:
        measures = listed([measure_called(plan, m) for m in report.counted])
        all_of = "all of " if len(report.counted) > 1 else ""
        lines.append(f"Only keys in {all_of}{measures} enter the figures; the others stay visible as not counted.")
    return lines


def _indicator_lines(plan: Plan, report: Report) -> list[str]:
    lines = []
    for indicator in report.listed:
        lines.append(f"- {indicator.title} ({indicator.about.name})")
        if isinstance(indicator, Indicator):
            lines += [f"    {line}" for line in asked_in_short(plan, indicator)]
        else:
            lines.append("    Not available, see below.")
    return lines


def _cuts(report: Report) -> list[str]:
    periods = [word.replace("_", " ") for word in report.calendars]
    periods += [f"{p.name} ({p.start} to {p.end})" for p in report.named_periods]
    lines = []
    if periods:
        lines.append(f"By {listed(periods)}; a result belongs to the period of {_PERIOD_DATES[report.period_date]}.")
    if report.financial_year_starts is not None and "financial_year" in report.calendars:
        lines.append(f"The financial year begins in {calendar.month_name[report.financial_year_starts]}.")
    if report.stratifiers:
        lines.append(f"By {listed([s.name.replace('_', ' ') for s in report.stratifiers])}, with unknown as itself.")
    if report.levels:
        lines.append(
            f"By organisation: {listed(list(report.levels))}; a key counts where attribution {report.attribution} says."
        )
    return lines
