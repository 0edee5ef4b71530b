"""Cohorts, indicators and reports of the plan."""

from __future__ import annotations

from collections.abc import Iterator

from measuremart.definitions import indicator as language
from measuremart.definitions.base import Part
from measuremart.definitions.file import Defined
from measuremart.plan import nodes
from measuremart.plan.expressions import Built, MeasurePlanner, fix_for
from measuremart.plan.grain import comparable, finest
from measuremart.plan.indicators import Listed, around, benchmark_of, one_line, restated, unavailable_indicator
from measuremart.plan.levels import attribution_of
from measuremart.plan.nodes import Typed
from measuremart.plan.scope import UNSAID, Scope, Trail, about
from measuremart.plan.unavailable import (
    Availability,
    LeftOut,
    UnavailableIndicator,
    UnavailableReport,
    all_causes,
)
from measuremart.plan.validity import asked, named_periods, report_unknown_periods
from measuremart.problems import did_you_mean


class ReportPlanner:
    """Builds cohorts, indicators and reports; what has problems is left out and reported.

    What is unavailable is kept apart: `missing_cohorts` with their sub-cohorts, the others with what is said of them.
    """

    def __init__(
        self, scope: Scope, populations: dict[str, nodes.Population], measures: MeasurePlanner, parts: Availability
    ) -> None:
        self._scope = scope
        self._populations = populations
        self._measures = measures
        self._parts = parts
        self.cohorts: dict[str, nodes.Cohort] = {}
        self.indicators: dict[str, nodes.Indicator] = {}
        self.reports: dict[str, nodes.Report] = {}
        self.missing_cohorts: dict[str, tuple[LeftOut, ...]] = {}
        self.missing_indicators: dict[str, UnavailableIndicator] = {}
        self.missing_reports: dict[str, UnavailableReport] = {}

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
        report_unknown_periods(self._scope)

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
        definitions = defined.entry.definitions.items()
        left_out = tuple(
            LeftOut("sub_cohort", sub, self._parts.causes([measure]))
            for sub, measure in definitions
            if not self._parts.has(measure)
        )
        if len(built) + len(left_out) < len(found):
            return
        if not built:
            self.missing_cohorts[defined.name] = left_out
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
            title=one_line(defined.entry.title or defined.name),
            types=built[0].types,
            definitions=tuple((sub, measure) for sub, measure in definitions if self._parts.has(measure)),
            left_out=left_out,
        )

    @staticmethod
    def _same_types(a: Built, b: Built) -> bool:
        return (a.types.grain, a.types.population) == (b.types.grain, b.types.population)

    # --- indicators

    def _indicator(self, defined: Defined) -> None:
        entry: language.Indicator = defined.entry
        trail = Trail("indicators", defined.name)
        before = len(self._scope.problems)
        numerator = self._measure(entry.numerator, entry, ("numerator",), trail)
        full = entry.denominator == language.FULL_COHORT
        denominator = None if full else self._measure(entry.denominator, entry, ("denominator",), trail)
        for word in ("exclusions", "exceptions", "unresolved"):
            for number, name in enumerate(getattr(entry, word)):
                self._measure(name, entry, (word, number), trail)
        if len(self._scope.problems) > before or self._is_missing(defined):
            return
        if numerator is None or (denominator is None and not full):
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
            title=one_line(entry.title),
            reference=one_line(entry.reference),
            version=entry.version,
            duration=entry.type == "duration",
            denominator=None if full else entry.denominator,
            numerator=entry.numerator,
            types=Typed(grain, numerator.types.population, numerator.types.timeless),
            exclusions=entry.exclusions,
            exceptions=entry.exceptions,
            unresolved=entry.unresolved,
            denominator_window=around(entry.denominator_window),
            numerator_window=around(entry.numerator_window),
            around_denominator=entry.reference_date == "denominator",
            first_opportunity=entry.opportunity == "first",
            ignore_undated=entry.undated_numerator == "ignore",
            ignore_open=entry.open_window == "not_met",
            by_person=entry.grain == "person",
            benchmark=benchmark_of(entry),
            valid_for=entry.valid_for,
            asked_in=None,
        )

    def _is_missing(self, defined: Defined) -> bool:
        """Say whether an indicator is unavailable, and keep it where it is: any measure of it makes it so."""
        entry: language.Indicator = defined.entry
        full = entry.denominator == language.FULL_COHORT
        named = [entry.numerator, *entry.exclusions, *entry.exceptions, *entry.unresolved]
        names = list(dict.fromkeys(named if full else [entry.denominator, *named]))
        missing = tuple(m for m in names if not self._parts.has(m))
        if missing:
            available = tuple(m for m in names if self._parts.has(m))
            causes = self._parts.causes(missing)
            self.missing_indicators[defined.name] = unavailable_indicator(defined, available, missing, causes)
        return bool(missing)

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
        absent = [c for c in entry.cohorts if c in self.missing_cohorts]
        if len(self._scope.problems) > before or len(cohorts) + len(absent) < len(entry.cohorts):
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
        if cohorts and not self._related(defined, cohorts[0], indicators, trail):
            return
        stratifiers = self._stratifiers(defined, cohorts, trail)
        attribution = None
        if cohorts:
            types = cohorts[0].types
            attribution = attribution_of(defined, types, self._populations[types.population], self._scope, trail)
        self._sub_cohorts_differ(defined, cohorts, trail)
        named = named_periods(entry)
        indicators = [asked(self._scope, (defined, n), i, named) for n, i in enumerate(indicators)]
        calendars = tuple(p for p in entry.periods if isinstance(p, str))
        sub_cohorts = self._sub_cohorts_left_out(entry.cohorts)
        uncounted = self._parts.causes(entry.counted)
        if uncounted or not cohorts:
            self.missing_reports[defined.name] = UnavailableReport(
                about=about(defined),
                title=one_line(entry.title),
                primary=primary,
                listed=tuple(indicators),
                calendars=calendars,
                named_periods=named,
                financial_year_starts=entry.financial_year_starts,
                period_date=entry.period_date,
                left_out=sub_cohorts,
                causes=all_causes([uncounted, *(s.causes for s in sub_cohorts if not cohorts)]),
            )
            return
        self.reports[defined.name] = nodes.Report(
            about=about(defined),
            title=one_line(entry.title),
            types=cohorts[0].types,
            cohorts=tuple(dict.fromkeys(c.about.name for c in cohorts)),
            primary=primary,
            listed=tuple(indicators),
            counted=entry.counted,
            dataset=tuple(m for m in entry.dataset if self._parts.has(m)),
            calendars=calendars,
            named_periods=named,
            financial_year_starts=entry.financial_year_starts,
            period_date=entry.period_date,
            left_out=(*sub_cohorts, *self._columns_left_out(defined, indicators)),
            stratifiers=stratifiers,
            levels=entry.levels,
            attribution=attribution,
        )

    def _stratifiers(self, defined: Defined, cohorts: list[nodes.Cohort], trail: Trail) -> tuple[nodes.Stratifier, ...]:
        """Return the stratifiers of a report in its order, and report those that its population does not have."""
        if not cohorts:
            return ()
        entry = defined.entry
        population = self._populations[cohorts[0].types.population]
        known = population.all_stratifiers()
        found: dict[str, nodes.Stratifier] = {}
        for number, name in enumerate(entry.stratify_by):
            step = trail.down("stratify_by", number)
            place = entry.place("stratify_by", number)
            if name in found:
                self._scope.report(place, f"stratifier '{name}' appears twice in this report", step, check="twice")
            elif name in known:
                found[name] = known[name]
            else:
                hint = did_you_mean(name, list(known)) or f"; it has {', '.join(known) or 'none'}"
                text = f"population '{population.name}' has no stratifier '{name}'{hint}"
                check = UNSAID if self._scope.catalogue.may_have(name) else "unknown_stratifier"
                self._scope.report(place, text, step, check=check)
        return tuple(found.values())

    def _sub_cohorts_left_out(self, cohorts: tuple[str, ...]) -> tuple[LeftOut, ...]:
        found: list[LeftOut] = []
        for name in dict.fromkeys(cohorts):
            found += self.cohorts[name].left_out if name in self.cohorts else self.missing_cohorts[name]
        return tuple(found)

    def _columns_left_out(self, defined: Defined, indicators: list[Listed]) -> Iterator[LeftOut]:
        """Yield the measures that the dataset would have columns for, were they available."""
        of_cohorts = [self._scope.catalogue.of("cohorts")[c].entry.definitions for c in defined.entry.cohorts]
        names = [m for definitions in of_cohorts for m in definitions.values()]
        names += [m for i in indicators if isinstance(i, UnavailableIndicator) for m in i.missing]
        for name in dict.fromkeys([*names, *defined.entry.dataset]):
            if not self._parts.has(name):
                yield LeftOut("dataset", name, self._parts.causes([name]))

    def _overridden(self, defined: Defined, trail: Trail) -> list[Listed]:
        entry = defined.entry
        known: dict[str, Listed] = self.indicators | self.missing_indicators
        result: dict[str, Listed] = {}
        for number, item in enumerate(entry.indicators):
            ((name, override),) = item.items()
            step = trail.down("indicators", number)
            place = entry.place("indicators", number)
            if self._scope.find(name, "indicators", place, step) is None or name not in known:
                continue
            if name in result:
                self._scope.report(place, f"indicator '{name}' appears twice in this report", step, check="twice")
            result[name] = restated(self._scope, known[name], override, step)
        return list(result.values())

    def _related(self, defined: Defined, cohort: nodes.Cohort, indicators: list[Listed], trail: Trail) -> bool:
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
                    both = f"sub-cohort '{sub}' is in both '{seen[sub]}' and '{cohort.about.name}'"
                    text = f"{both}: give one of the two another name"
                    self._scope.report(defined.entry.place("cohorts"), text, trail, check="clashing_sub_cohorts")
                seen[sub] = cohort.about.name
