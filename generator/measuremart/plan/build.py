"""The catalogue resolved into a plan."""

from __future__ import annotations

from dataclasses import dataclass, replace

from measuremart.catalogue import Catalogue
from measuremart.plan.audiences import audiences_of
from measuremart.plan.availability import availability_of
from measuremart.plan.concept_names import concept_names
from measuremart.plan.examples import Example, ExamplePlanner
from measuremart.plan.expressions import MeasurePlanner
from measuremart.plan.nodes import Plan
from measuremart.plan.packs import pack_problems, packs_of
from measuremart.plan.reports import ReportPlanner
from measuremart.plan.scope import Scope, about
from measuremart.plan.targets import TargetPlanner
from measuremart.plan.unavailable import Unavailable
from measuremart.problems import Problem


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan of everything that could be resolved, its examples, and the problems of what could not."""

    plan: Plan
    examples: list[Example]
    problems: list[Problem]


def build_plan(catalogue: Catalogue) -> Planned:
    """Resolve all names, grains and defaults; measures come in an order in which children come first."""
    scope = Scope(catalogue)
    targets = TargetPlanner(scope)
    targets.build()
    measures = MeasurePlanner(scope, targets)
    measures.build()
    parts = availability_of(catalogue)
    reports = ReportPlanner(scope, targets.populations, measures, parts)
    reports.build()
    unavailable = Unavailable(
        parts=parts,
        measures={n: about(d) for n, d in sorted(catalogue.of("measures").items()) if d.entry and not parts.has(n)},
        cohorts=reports.missing_cohorts,
        indicators=reports.missing_indicators,
        reports=reports.missing_reports,
    )
    examples = ExamplePlanner(scope, targets, measures.measures, reports.indicators, reports.reports)
    examples.build()
    plan = Plan(
        populations=targets.populations,
        targets=targets.targets,
        concept_sets=targets.concept_sets,
        subqueries=measures.subqueries,
        measures=measures.measures,
        cohorts=reports.cohorts,
        indicators=reports.indicators,
        reports=reports.reports,
        unavailable=unavailable,
        concept_names=concept_names(catalogue),
        packs={},
        audiences=audiences_of(scope, reports.reports),
    )
    plan = replace(plan, packs=packs_of(catalogue, plan))
    return Planned(plan, examples.examples, scope.said() + pack_problems(catalogue, plan))
