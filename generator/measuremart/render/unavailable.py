"""What the catalogue and descriptions say of what is unavailable (semantics.md 4.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from measuremart.plan.nodes import Indicator, Plan, Report
from measuremart.plan.unavailable import Cause, LeftOut, UnavailableIndicator, UnavailableReport, all_causes

AnyReport: TypeAlias = Report | UnavailableReport
Listed: TypeAlias = Indicator | UnavailableIndicator


def all_reports(plan: Plan) -> list[AnyReport]:
    """Return the reports by name, unavailable ones among them."""
    found: dict[str, AnyReport] = {**plan.reports, **plan.unavailable.reports}
    return [found[name] for name in sorted(found)]


def causes_of_report(report: AnyReport) -> tuple[Cause, ...]:
    """Return why a report is unavailable; nothing where it is not."""
    return report.causes if isinstance(report, UnavailableReport) else ()


def causes_of_indicator(report: AnyReport, indicator: Listed) -> tuple[Cause, ...]:
    """Return why an indicator is unavailable in a report: by itself, or with the whole report."""
    own = indicator.causes if isinstance(indicator, UnavailableIndicator) else ()
    return all_causes([own, causes_of_report(report)])


def sub_cohorts_left_out(report: AnyReport) -> str:
    """Return the names of the sub-cohorts that a report goes without."""
    return ", ".join(part.name for part in report.left_out if part.part == "sub_cohort")


def unavailable_rows(plan: Plan) -> Iterator[tuple[str, str, str, str, str, str, str]]:
    """Yield (report, part, name, construct, definition, reason, path): a row for each cause of each part."""
    for report in all_reports(plan):
        name = report.about.name
        parts = [("report", name, causes_of_report(report))]
        parts += [(part.part, part.name, part.causes) for part in report.left_out]
        parts += [("indicator", i.about.name, causes_of_indicator(report, i)) for i in report.listed]
        for part, what, causes in parts:
            for cause in causes:
                found = cause.incomplete
                yield name, part, what, found.kind, found.name, found.reason, " > ".join(cause.path)


def without(description: str, left_out: tuple[LeftOut, ...]) -> str:
    """Return a description that names what is left out; the catalogue says why."""
    if not left_out:
        return description
    names: dict[str, list[str]] = {}
    for part in left_out:
        names.setdefault("sub-cohort" if part.part == "sub_cohort" else "measure", []).append(part.name)
    parts = "; ".join(f"{kind} {', '.join(found)}" for kind, found in names.items())
    return f"{description}{'' if description.endswith('.') else '.'} Unavailable, so left out: {parts}".lstrip(". ")
