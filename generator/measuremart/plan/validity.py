"""What `valid_for` of indicators means in the reports that list them (semantics.md 6.2)."""

from __future__ import annotations

from dataclasses import replace

from measuremart.definitions.file import Defined
from measuremart.definitions.report import NamedPeriod, Report
from measuremart.plan import nodes
from measuremart.plan.indicators import Listed
from measuremart.plan.scope import Scope, Trail


def named_periods(entry: Report) -> tuple[nodes.NamedPeriod, ...]:
    """Return the periods that a report names itself."""
    return tuple(nodes.NamedPeriod(p.name, p.start, p.end, p.due) for p in entry.periods if isinstance(p, NamedPeriod))


def asked(
    scope: Scope, place: tuple[Defined, int], indicator: Listed, periods: tuple[nodes.NamedPeriod, ...]
) -> Listed:
    """Return the indicator with the periods of a report that it is valid for; a report that has none is reported.

    `place` is the report and the indicator's number in it.
    """
    if not isinstance(indicator, nodes.Indicator) or not indicator.valid_for:  # an empty one is refused by a check
        return indicator
    found = tuple(p for p in periods if p.name in indicator.valid_for)
    if not found:
        report, number = place
        named = ", ".join(indicator.valid_for)
        text = f"indicator '{indicator.about.name}' is valid for {named}, and this report has no such period"
        trail = Trail("reports", report.name).down("indicators", number)
        scope.report(report.entry.place("indicators", number), text, trail)
    return replace(indicator, asked_in=found)


def report_unknown_periods(scope: Scope) -> None:
    """Report names in `valid_for` that no report gives to a period, where all reports could be read."""
    if scope.catalogue.unread:
        return
    reports = [d.entry for d in scope.catalogue.of("reports").values() if d.entry is not None]
    known = list(dict.fromkeys(p.name for r in reports for p in r.periods if isinstance(p, NamedPeriod)))
    for name, defined in sorted(scope.catalogue.of("indicators").items()):
        for number, period in enumerate((defined.entry.valid_for if defined.entry else None) or ()):
            trail = Trail("indicators", name).down("valid_for", number)
            scope.pick(period, known, "period", defined.entry, ("valid_for", number), trail)
