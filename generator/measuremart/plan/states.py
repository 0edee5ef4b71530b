"""How much of each definition is available, and why not more (semantics.md 4.2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable

from measuremart.plan.nodes import Plan
from measuremart.plan.packs import packs_to_build
from measuremart.plan.reach import inline_subqueries
from measuremart.plan.unavailable import said

# The model of the episodes of OMOP. The source of another population's episodes is not known to this project.
_OMOP_EPISODES = "episode_of_care"


def state_of(plan: Plan, section: str, name: str) -> str:
    """Return what is to be said of a definition; nothing where it is wholly available.

    A cohort or report is there `in part` where a sub-cohort of it, or one of its indicators or columns, is not.
    """
    missing = plan.unavailable
    if section in ("subqueries", "measures"):
        if name in missing.parts.incomplete:
            return "incomplete"
        return "" if missing.parts.has(name) else "unavailable"
    gone: dict[str, Container[str]]
    gone = {"cohorts": missing.cohorts, "indicators": missing.indicators, "reports": missing.reports}
    if section in gone and name in gone[section]:
        return "unavailable"
    if section == "cohorts" and name in plan.cohorts and plan.cohorts[name].left_out:
        return "in part"
    if section == "reports" and name in plan.reports:
        report = plan.reports[name]
        return "in part" if report.left_out or len(report.indicators) < len(report.listed) else ""
    return ""


def states(plan: Plan) -> Counter[tuple[str, str]]:
    """Return how many definitions are incomplete, unavailable or there in part, by state and section."""
    missing = plan.unavailable
    names = [("subqueries", n) for n in missing.parts.below if n not in missing.measures]
    names += [("measures", n) for n in missing.measures]
    names += [("cohorts", n) for n in (*missing.cohorts, *plan.cohorts)]
    names += [("indicators", n) for n in missing.indicators]
    names += [("reports", n) for n in (*missing.reports, *plan.reports)]
    found = Counter((state_of(plan, section, name), section) for section, name in names)
    return Counter({key: number for key, number in found.items() if key[0]})


def missing_said(plan: Plan) -> list[str]:
    """Return a line for each sub-cohort, indicator and report that is unavailable, with what makes it so."""
    cohorts = {n: c.left_out for n, c in plan.cohorts.items()} | plan.unavailable.cohorts
    lines = [
        f"cohort {name} is without sub-cohort {part.name}: {said(part.causes)}"
        for name, left_out in sorted(cohorts.items())
        for part in left_out
    ]
    lines += [f"indicator {n} is unavailable: {said(i.causes)}" for n, i in sorted(plan.unavailable.indicators.items())]
    return lines + [f"report {n} is unavailable: {said(r.causes)}" for n, r in sorted(plan.unavailable.reports.items())]


def empty_without_episodes(plan: Plan, packs: Iterable[str]) -> list[str]:
    """Return the definitions of these packs, and of those that they need, that are empty where OMOP has no episodes.

    They are subqueries, and measures with an inline subquery, whose members belong to episodes.
    """
    wanted = {*packs_to_build(plan, packs), *(name for name, pack in plan.packs.items() if pack.built == "always")}
    parts = [(named.about, named.subquery) for named in plan.subqueries.values()]
    for measure in plan.measures.values():
        parts += [(measure.about, subquery) for subquery in inline_subqueries(measure.expression)]
    found = {
        about.name
        for about, subquery in parts
        if about.pack in wanted
        and subquery.grain.level == "episode"
        and plan.populations[subquery.target.population].spine_model == _OMOP_EPISODES
    }
    return sorted(found)
