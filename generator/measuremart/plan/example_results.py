"""What an example of an indicator expects of a report: a cohort, and the result of each of its keys."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TypeAlias

from measuremart.definitions import example as language
from measuremart.plan import nodes
from measuremart.plan.example_rows import ExpectedRow, Key, Path, Report, key_of, member_rows
from measuremart.plan.grain import EPISODE, PERSON, Grain, comparable
from measuremart.plan.nodes import Typed
from measuremart.plan.outcomes import STATUS_OF, asking_grains, reasons_of
from measuremart.problems import did_you_mean

# person, episode, resolver, status, reason, denominator date, numerator date
ResultRow: TypeAlias = tuple[int, int | None, int, str, str, dt.date | None, dt.date | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A report of one indicator, the cohort keys that it asks, and all results that are expected."""

    report: nodes.Report
    cohort: tuple[ExpectedRow, ...]
    results: tuple[ResultRow, ...]

    @property
    def indicator(self) -> nodes.Indicator:
        """The indicator that is asked."""
        return self.report.indicators[0]


class ResultReader:
    """Reads what examples of one indicator expect of a report; `report` takes what is wrong."""

    def __init__(
        self,
        report: Report,
        measures: dict[str, nodes.Measure],
        reports: dict[str, nodes.Report],
        indicator: nodes.Indicator,
    ) -> None:
        self._report = report
        self._measures = measures
        self._reports = reports
        self._indicator = indicator

    def read(self, entry: language.IndicatorExample) -> Asked | None:
        """Return what is asked and expected, None where the cohort cannot be read; what is wrong is reported."""
        asking = self._asking(entry)
        if asking is None:
            return None
        cohort = member_rows(self._report, entry, "cohort", entry.cohort or (), asking.types)
        results = self._results(entry, asking, {row[:3] for row in cohort})
        return Asked(asking, cohort, results)

    def _asking(self, entry: language.IndicatorExample) -> nodes.Report | None:
        """Return the report that asks: the named one, or one that restates nothing and has no periods."""
        name = self._indicator.about.name
        if entry.report is not None:
            return self._named(entry, entry.report)
        grains = asking_grains(self._reports, name)
        if len(grains) > 1:
            said = " and ".join(str(g) for g in grains)
            self._report(entry.key_place("cohort"), f"reports ask '{name}' at the grains {said}: say 'report'")
            return None
        grain = grains[0] if grains else _grain_of(entry.cohort or ())
        for measure in self._indicator.measures():
            other = self._measures[measure].expression.types.grain
            if not comparable(other, grain):
                text = (
                    f"the cohort is at grain {grain}, and measure '{measure}' at grain {other}: no report can ask this"
                )
                self._report(entry.key_place("cohort"), text)
                return None
        return _report_of(self._indicator, Typed(grain, self._indicator.types.population, timeless=False))

    def _named(self, entry: language.IndicatorExample, report: str) -> nodes.Report | None:
        name = self._indicator.about.name
        asks = [r for r, found in self._reports.items() if any(i.about.name == name for i in found.indicators)]
        if report not in asks:
            hint = did_you_mean(report, asks) or f"; it is in {', '.join(asks) or 'none'}"
            self._report(entry.place("report"), f"no report '{report}' asks indicator '{name}'{hint}")
            return None
        found = self._reports[report]
        (restated,) = [i for i in found.indicators if i.about.name == name]
        return _report_of(restated, found.types)

    def _results(self, entry: language.IndicatorExample, asking: nodes.Report, keys: set[Key]) -> tuple[ResultRow, ...]:
        (indicator,) = asking.indicators
        grain = PERSON if indicator.by_person else asking.types.grain
        if indicator.by_person:
            keys = {(person, None, person) for person, _, _ in keys}
        can = reasons_of(self._measures, indicator, asking.types.grain)
        rows: dict[Key, ResultRow] = {}
        for number, result in enumerate(entry.results or ()):
            path: Path = ("results", number)
            key = key_of(self._report, entry, path, result, grain)
            reason = self._reason(entry, path, result, can)
            if key is None or reason is None:
                continue
            if key not in keys:
                self._report(entry.place(*path), "'cohort' has no such key")
            elif key in rows:
                self._report(entry.place(*path), "this key appears twice in 'results'")
            else:
                rows[key] = (*key, result.status, reason, result.denominator_date, result.numerator_date)
        return tuple(rows[key] for key in sorted(rows, key=str))

    def _reason(
        self, entry: language.IndicatorExample, path: Path, result: language.ExpectedResult, can: tuple[str, ...]
    ) -> str | None:
        """Return the reason of a result; None where the indicator cannot give it, or not with that status."""
        reason: str | None = result.reason
        if reason is None:
            if STATUS_OF.get(result.status) == result.status and result.status != "unresolved":
                reason = result.status
            else:
                listed = ", ".join(r for r in can if STATUS_OF[r] == result.status) or "none here"
                self._report(entry.place(*path), f"'reason' is required with status {result.status}: {listed}")
                return None
        if STATUS_OF[reason] != result.status:
            text = f"reason '{reason}' comes with status {STATUS_OF[reason]}, not {result.status}"
            self._report(entry.place(*path, "reason" if result.reason else "status"), text)
            return None
        if reason not in can:
            text = f"this indicator never gives the reason '{reason}'; it gives {', '.join(can)}"
            self._report(entry.place(*path, "reason" if result.reason else "status"), text)
            return None
        return reason


def _grain_of(cohort: tuple[language.ExpectedMember, ...]) -> Grain:
    """Return the grain of a cohort that no report has: of episodes where one is named."""
    return EPISODE if any(member.episode is not None for member in cohort) else PERSON


def _report_of(indicator: nodes.Indicator, types: Typed) -> nodes.Report:
    about = replace(indicator.about, name="example")
    return nodes.Report(
        about=about,
        title="",
        types=types,
        cohorts=(),
        primary="",
        listed=(indicator,),
        counted=(),
        dataset=(),
        calendars=(),
        named_periods=(),
        financial_year_starts=None,
        period_date="cohort",
        left_out=(),
    )
