"""Cohorts, indicators and reports of the plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from measuremart.definitions import indicator as language
from measuremart.definitions.base import Part
from measuremart.definitions.file import Defined
from measuremart.definitions.report import NamedPeriod
from measuremart.plan import nodes
from measuremart.plan.expressions import Built, MeasurePlanner, fix_for, offset
from measuremart.plan.grain import comparable, finest
from measuremart.plan.levels import attribution_of
from measuremart.plan.nodes import Typed
from measuremart.plan.scope import Scope, Trail, about


class ReportPlanner:
    """Builds cohorts, indicators and reports; what has problems is left out and reported."""

    def __init__(self, scope: Scope, measures: MeasurePlanner, populations: dict[str, nodes.Population]) -> None:
        self._scope = scope
        self._measures = measures
        self._populations = populations
        self.cohorts: dict[str, nodes.Cohort] = {}
        self.indicators: dict[str, nodes.Indicator] = {}
        self.reports: dict[str, nodes.Report] = {}

    def build(self) -> None:
        """Build everything."""
        for section, build in (
            ("cohorts", self._cohort),
            ("indicators", self._indicator),
            ("reports", self._report),
        ):
            for _, defined in sorted(self._scope.catalogue.of(section).items()):
                if defined.entry is not None:
                    build(defined)
        self._valid_for_is_known()

    def _valid_for_is_known(self) -> None:
        """Report names in `valid_for` that no report gives to a period."""
        reports = [d.entry for d in self._scope.catalogue.of("reports").values() if d.entry is not None]
        known = list(dict.fromkeys(p.name for r in reports for p in r.periods if isinstance(p, NamedPeriod)))
        for name, defined in sorted(self._scope.catalogue.of("indicators").items()):
            for number, period in enumerate((defined.entry.valid_for if defined.entry else None) or ()):
                trail = Trail("indicators", name)
                self._scope.pick(
                    period, known, "period", defined.entry, ("valid_for", number), trail.down("valid_for", number)
                )

    def _measure(self, name: str, part: Part, path: tuple[str | int, ...], trail: Trail) -> Built | None:
        if name == language.FULL_COHORT:
            text = "full_cohort is known only in a report: it can be the denominator of an indicator, nothing else"
            self._scope.report(part.place(*path), text, trail.down(*path), check="full_cohort")
            return None
        if self._scope.find(name, "measures", part.place(*path), trail.down(*path)) is None:
            return None
        return self._measures.measure(name)

    # --- cohorts

    def _cohort(self, defined: Defined) -> None:
        trail = Trail("cohorts", defined.name)
        found = [
            self._measure(measure, defined.entry, ("definitions", sub), trail)
            for sub, measure in defined.entry.definitions.items()
        ]
        built = [b for b in found if b is not None]
        if len(built) < len(found):
            return
        for other in built[1:]:
            if not self._same_types(built[0], other):
                text = (
                    "the definitions of a cohort share one grain and population: "
                    f"{built[0].grain_said()} and {other.grain_said()}"
                )
                self._scope.report(defined.entry.place("definitions"), text, trail, check="grain_mismatch")
                return
        self.cohorts[defined.name] = nodes.Cohort(
            about=about(defined),
            title=defined.entry.title or defined.name,
            types=built[0].types,
            definitions=tuple(defined.entry.definitions.items()),
        )

    @staticmethod
    def _same_types(a: Built, b: Built) -> bool:
        return (a.types.grain, a.types.population) == (b.types.grain, b.types.population)

    # --- indicators

    def _indicator(self, defined: Defined) -> None:
        entry: language.Indicator = defined.entry
        trail = Trail("indicators", defined.name)
        numerator = self._measure(entry.numerator, entry, ("numerator",), trail)
        full = entry.denominator == language.FULL_COHORT
        denominator = None if full else self._measure(entry.denominator, entry, ("denominator",), trail)
        before = len(self._scope.problems)
        for word in ("exclusions", "exceptions", "unresolved"):
            for number, name in enumerate(getattr(entry, word)):
                self._measure(name, entry, (word, number), trail)
        if numerator is None or (denominator is None and not full) or len(self._scope.problems) > before:
            return
        both = [b for b in (denominator, numerator) if b is not None]
        if len({b.types.population for b in both}) > 1:
            text = f"populations do not mix: {', '.join(f'{b.label} is of {b.types.population}' for b in both)}"
            self._scope.report(entry.place("numerator"), text, trail, check="mixed_populations")
            return
        grain = finest([b.types.grain for b in both])
        if grain is None:
            fix = fix_for(both[0].types.grain, both[1].types.grain)
            text = f"denominator and numerator: {both[0].grain_said()} and {both[1].grain_said()}; {fix}"
            self._scope.report(entry.place("numerator"), text, trail, check="grain_mismatch")
            return
        self.indicators[defined.name] = nodes.Indicator(
            about=about(defined),
            title=" ".join(entry.title.split()),
            reference=" ".join((entry.reference or "").split()),
            version=entry.version,
            duration=entry.type == "duration",
            denominator=None if full else entry.denominator,
            numerator=entry.numerator,
            types=Typed(grain, numerator.types.population, numerator.types.timeless),
            exclusions=entry.exclusions,
            exceptions=entry.exceptions,
            unresolved=entry.unresolved,
            denominator_window=_around(entry.denominator_window),
            numerator_window=_around(entry.numerator_window),
            around_denominator=entry.reference_date == "denominator",
            first_opportunity=entry.opportunity == "first",
            ignore_undated=entry.undated_numerator == "ignore",
            by_person=entry.grain == "person",
            benchmark=self._benchmark(entry),
            valid_for=entry.valid_for,
            asked_in=None,
        )

    @staticmethod
    def _benchmark(entry: language.Indicator) -> nodes.Benchmark | None:
        if entry.benchmark is None:
            return None
        duration = entry.type == "duration"
        better = entry.benchmark.better or ("lower" if duration else "higher")  # a shorter wait is better
        return nodes.Benchmark(entry.benchmark.value, _unit(duration), better == "lower")

    # --- reports

    def _report(self, defined: Defined) -> None:
        entry = defined.entry
        trail = Trail("reports", defined.name)
        before = len(self._scope.problems)
        for number, name in enumerate(entry.cohorts):
            self._scope.find(name, "cohorts", entry.place("cohorts", number), trail.down("cohorts", number))
        primary = entry.primary_cohort or entry.cohorts[0]
        self._scope.pick(primary, entry.cohorts, "cohort of this report", entry, ("primary_cohort",), trail)
        cohorts = [self.cohorts[c] for c in entry.cohorts if c in self.cohorts]
        indicators = self._overridden(defined, trail)
        for word in ("counted", "dataset"):
            for number, name in enumerate(getattr(entry, word)):
                self._measure(name, entry, (word, number), trail)
        if len(self._scope.problems) > before or len(cohorts) < len(entry.cohorts):
            return
        if len(indicators) < len(entry.indicators):
            return
        for other in cohorts[1:]:
            mine = (cohorts[0].types.grain, cohorts[0].types.population)
            if mine != (other.types.grain, other.types.population):
                text = (
                    "the cohorts of a report share one grain and population: "
                    f"'{cohorts[0].about.name}' is at grain {mine[0]} of {mine[1]}, "
                    f"'{other.about.name}' at grain {other.types.grain} of {other.types.population}"
                )
                self._scope.report(entry.place("cohorts"), text, trail, check="grain_mismatch")
                return
        if not self._related(defined, cohorts[0], indicators, trail):
            return
        self._sub_cohorts_differ(defined, cohorts, trail)
        named = tuple(
            nodes.NamedPeriod(p.name, p.start, p.end, p.due) for p in entry.periods if isinstance(p, NamedPeriod)
        )
        indicators = [self._asked(defined, number, i, named, trail) for number, i in enumerate(indicators)]
        types = cohorts[0].types
        report = nodes.Report(
            about=about(defined),
            title=" ".join(entry.title.split()),
            types=types,
            cohorts=tuple(dict.fromkeys(entry.cohorts)),
            primary=primary,
            indicators=tuple(indicators),
            counted=entry.counted,
            dataset=entry.dataset,
            calendars=tuple(p for p in entry.periods if isinstance(p, str)),
            named_periods=named,
            financial_year_starts=entry.financial_year_starts,
            period_date=entry.period_date,
            levels=entry.levels,
            attribution=attribution_of(defined, types, self._populations.get(types.population), self._scope, trail),
        )
        self.reports[defined.name] = report

    def _overridden(self, defined: Defined, trail: Trail) -> list[nodes.Indicator]:
        entry = defined.entry
        result: dict[str, nodes.Indicator] = {}
        for number, item in enumerate(entry.indicators):
            ((name, override),) = item.items()
            step = trail.down("indicators", number)
            place = entry.place("indicators", number)
            if self._scope.find(name, "indicators", place, step) is None or name not in self.indicators:
                continue
            if name in result:
                self._scope.report(place, f"indicator '{name}' stands twice in this report", step, check="twice")
            result[name] = self._override(self.indicators[name], override, step)
        return list(result.values())

    def _asked(
        self,
        defined: Defined,
        number: int,
        indicator: nodes.Indicator,
        periods: tuple[nodes.NamedPeriod, ...],
        trail: Trail,
    ) -> nodes.Indicator:
        """Return the indicator with the report's periods that it is valid for."""
        if indicator.valid_for is None:
            return indicator
        asked = tuple(p for p in periods if p.name in indicator.valid_for)
        if not asked:
            text = (
                f"indicator '{indicator.about.name}' is valid for {', '.join(indicator.valid_for)}, "
                "and this report has no such period"
            )
            self._scope.report(defined.entry.place("indicators", number), text, trail.down("indicators", number))
        return replace(indicator, asked_in=asked)

    def _override(
        self, indicator: nodes.Indicator, override: language.IndicatorOverride, trail: Trail
    ) -> nodes.Indicator:
        changes: dict[str, object] = {}
        if override.title is not None:
            changes["title"] = " ".join(override.title.split())
        if override.reference is not None:
            changes["reference"] = " ".join(override.reference.split())
        if override.denominator_window is not None:
            changes["denominator_window"] = _around(override.denominator_window)
        if override.numerator_window is not None:
            changes["numerator_window"] = _around(override.numerator_window)
        if override.reference_date is not None:
            changes["around_denominator"] = override.reference_date == "denominator"
        if override.opportunity is not None:
            changes["first_opportunity"] = override.opportunity == "first"
        if override.benchmark is not None:
            benchmark = self._restated(indicator, override.benchmark, trail)
            if benchmark is not None:
                changes["benchmark"] = benchmark
        return replace(indicator, **changes)  # type: ignore[arg-type]

    def _restated(
        self, indicator: nodes.Indicator, override: language.BenchmarkOverride, trail: Trail
    ) -> nodes.Benchmark | None:
        old = indicator.benchmark
        unit = _unit(indicator.duration)
        if override.unit not in (None, unit):
            self._scope.report(override.place("unit"), f"the benchmark of this indicator is in {unit}", trail)
            return None
        value = override.value if override.value is not None else (old.value if old else None)
        if value is None:
            self._scope.report(
                override.place(), "the indicator has no benchmark to restate: 'value' is required", trail
            )
            return None
        if override.better is not None:
            lower = override.better == "lower"
        else:
            lower = old.lower_is_better if old is not None else indicator.duration
        return nodes.Benchmark(value, unit, lower)

    def _related(self, defined: Defined, cohort: nodes.Cohort, indicators: list[nodes.Indicator], trail: Trail) -> bool:
        """Report every measure whose grain or population cannot be set beside the cohort's."""
        before = len(self._scope.problems)
        entry = defined.entry
        used = [(("indicators", number), i.about.name, m) for number, i in enumerate(indicators) for m in i.measures()]
        for word in ("counted", "dataset"):
            used += [((word, number), word, m) for number, m in enumerate(getattr(entry, word))]
        for path, user, measure in used:
            built = self._measures.measure(measure)
            if built is None:
                continue
            if built.types.population != cohort.types.population:
                text = (
                    f"populations do not mix: {built.label} (in {user}) is of {built.types.population}, "
                    f"cohort '{cohort.about.name}' of {cohort.types.population}"
                )
                self._scope.report(entry.place(*path), text, trail.down(*path), check="mixed_populations")
            elif not comparable(built.types.grain, cohort.types.grain):
                text = (
                    f"{built.grain_said()} (in {user}), and cohort '{cohort.about.name}' is at grain "
                    f"{cohort.types.grain}; {fix_for(built.types.grain, cohort.types.grain)}"
                )
                self._scope.report(entry.place(*path), text, trail.down(*path), check="grain_mismatch")
        return len(self._scope.problems) == before

    def _sub_cohorts_differ(self, defined: Defined, cohorts: list[nodes.Cohort], trail: Trail) -> None:
        seen: dict[str, str] = {}
        for cohort in cohorts:
            for sub, _ in cohort.definitions:
                if seen.get(sub, cohort.about.name) != cohort.about.name:
                    text = (
                        f"sub-cohort '{sub}' stands in both '{seen[sub]}' and '{cohort.about.name}': name one otherwise"
                    )
                    self._scope.report(defined.entry.place("cohorts"), text, trail, check="clashing_sub_cohorts")
                seen[sub] = cohort.about.name


def _around(entry: language.Around | None) -> nodes.Around | None:
    if entry is None:
        return None
    return nodes.Around(offset(entry.before), offset(entry.after))


def _unit(duration: bool) -> Literal["percent", "days"]:
    return "days" if duration else "percent"
