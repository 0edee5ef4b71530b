"""The referee: every named thing of a plan, evaluated over a world (semantics.md sections 1 to 6)."""

from __future__ import annotations

from collections import defaultdict

from measuremart.plan import nodes
from measuremart.plan.grain import Grain
from measuremart.referee import operators
from measuremart.referee.conditions import Judge
from measuremart.referee.contexts import Lookup, Table
from measuremart.referee.datasets import DatasetRow, dataset_of
from measuremart.referee.days import earliest
from measuremart.referee.predicates import Matcher
from measuremart.referee.recorded import RecordedRow, needed_subqueries
from measuremart.referee.results import Result, cohort_members, counted_members, report_members, results_of
from measuremart.referee.spans import Interval
from measuremart.referee.subqueries import Subqueries
from measuremart.referee.windows import window
from measuremart.referee.world import Dropped, Member, World, day, whole


class Referee:
    """Evaluates a plan over rows in memory; named measures once."""

    def __init__(self, plan: nodes.Plan, world: World) -> None:
        self._plan = plan
        self._world = world
        self._judge = Judge(plan, world)
        self._matcher = Matcher(plan, world)
        self._subqueries = Subqueries(world, self._matcher, self._judge)
        self._measures: dict[str, set[Member]] = {}

    def concept_set(self, name: str) -> set[int]:
        """Return the concepts of a concept set."""
        return set(self._matcher.concept_set(name))

    def subquery(self, subquery: nodes.Subquery) -> list[Member]:
        """Return the members of a subquery, a bag (1)."""
        return self._subqueries.members(subquery)

    def dropped(self, subquery: nodes.Subquery) -> list[Dropped]:
        """Return the rows that match and have no person or no resolver, once per rule met (2.3)."""
        return self._subqueries.dropped(subquery)

    def measure(self, name: str) -> set[Member]:
        """Return the members of a named measure, a set (1)."""
        if name not in self._measures:
            self._measures[name] = self.expression(self._plan.measures[name].expression)
        return set(self._measures[name])

    def cohort(self, name: str) -> set[Member]:
        """Return the members of a cohort: the union of its sub-cohorts (5)."""
        return cohort_members(self._plan.cohorts[name], self._named)

    def indicator(self, name: str) -> set[Member]:
        """Return keys in both D and N, aligned as AND, at N's earliest known date; N for the full cohort (6.1)."""
        indicator = self._plan.indicators[name]
        numerator = self._named(indicator.numerator)
        if indicator.denominator is None:
            return set(numerator.members)
        denominator = self._named(indicator.denominator)
        grain = indicator.types.grain
        of_d, of_n = Lookup(denominator), Lookup(numerator)
        result = set()
        for key in operators.sorted_keys(t for t in (denominator, numerator) if t.grain == grain):
            if of_d.matching(key, grain) and of_n.matching(key, grain):
                result.add(Member(*key, earliest(of_n.dates(key, grain))))
        return result

    def report(self, name: str) -> set[Member]:
        """Return the keys of a report with their cohort dates (5)."""
        report = self._plan.reports[name]
        return report_members(report, {c: self.cohort(c) for c in report.cohorts})

    def counted(self, report_name: str) -> set[Member]:
        """Return the members of a report's cohort that enter aggregates (7)."""
        return counted_members(self._plan.reports[report_name], self.report(report_name), self._named)

    def results(self, report_name: str) -> list[Result]:
        """Return one result per indicator of the report and key, or person (6.2)."""
        return self.asked(self._plan.reports[report_name], self.report(report_name))

    def asked(self, report: nodes.Report, members: set[Member]) -> list[Result]:
        """Return the results of a report for cohort keys with their cohort dates."""
        as_of = self._world.as_of
        return [
            row
            for i in report.indicators
            for row in results_of(report, i, members, self._named, self._recorded(i, report.types.grain), as_of)
        ]

    def recorded(self, subquery: nodes.Subquery) -> list[RecordedRow]:
        """Return the rows of a subquery's concepts that do not count (6.3)."""
        return self._subqueries.recorded(subquery)

    def _recorded(self, indicator: nodes.Indicator, grain: Grain) -> list[RecordedRow]:
        needed = needed_subqueries(self._plan.measures, indicator.numerator, grain)
        return [row for subquery in needed for row in self.recorded(subquery)]

    def dataset(self, report_name: str) -> list[DatasetRow]:
        """Return the dataset of a report: one row per key of its cohort (7)."""
        report = self._plan.reports[report_name]
        members = self.report(report_name)
        return dataset_of(self._plan, report, members, self._named, self._subqueries.numbered)

    def expression(self, node: nodes.Expression) -> set[Member]:
        """Return the rows of an expression, a set (4)."""
        match node:
            case nodes.Leaf():
                return set(self.subquery(node.subquery))
            case nodes.MeasureRef():
                return self.measure(node.name)
            case nodes.Or():
                tables = [self._table(c) for c in node.children]
                return operators.either(tables, node.types.grain, self._episodes(node.types.population))
            case nodes.And():
                return operators.both([self._table(c) for c in node.children], node.types.grain, node.all_moments)
            case nodes.Except():
                return operators.without(self._table(node.first), [self._table(c) for c in node.rest])
            case nodes.Extreme():
                return operators.extreme(self._table(node.child), node.latest, node.per)
            case nodes.Nth():
                return operators.nth(self._table(node.child), node.n)
            case nodes.Count():
                return self._count(node)
            case nodes.Filter():
                return self._filter(node)
            case nodes.At():
                return operators.at(self._table(node.child), node.level)
            case nodes.Window():
                return window(node, self._table(node.anchor), self._table(node.candidate), self._intervals(node))

    def _count(self, node: nodes.Count) -> set[Member]:
        if node.per is None:
            return operators.count_dates(self._table(node.child), node.at_least, node.within)
        return operators.count_keys(self._table(node.child), node.at_least, node.within, node.per)

    def _filter(self, node: nodes.Filter) -> set[Member]:
        """`filter`: the rows of m that pass, each at its own date (4)."""
        rows = self.expression(node.child)
        population = node.types.population
        return {m for m in rows if self._judge.passes(node.conditions, population, m.person_id, m.measure_date)}

    def _intervals(self, node: nodes.Window) -> set[Interval]:
        """`covers`: the rows of the candidate, which is a subquery, with their start and end (4.1)."""
        if not node.covers:
            return set()
        assert isinstance(node.candidate, nodes.Leaf)
        return self._subqueries.intervals(node.candidate.subquery)

    def _table(self, node: nodes.Expression) -> Table:
        return Table(node.types.grain, node.types.timeless, frozenset(self.expression(node)))

    def _named(self, measure: str) -> Table:
        return self._table(nodes.MeasureRef(self._plan.measures[measure].expression.types, measure))

    def _episodes(self, population: str) -> operators.Episodes:
        """Return the root episodes of each person, from the population's spine (2.4), as seen from as_of (2.8)."""
        planned = self._plan.populations[population]
        result: operators.Episodes = defaultdict(list)
        if planned.spine_model is None:
            return result
        for row in self._world.rows(planned.spine_model):
            person_id, episode_id = whole(row, planned.spine_person), whole(row, planned.spine_id)
            start = day(row, planned.spine_start)
            if start is not None and start > self._world.as_of:
                continue
            if person_id is not None and episode_id is not None:
                result[person_id].append(episode_id)
        return result
