"""How much of each definition is available, in a word (semantics.md 4.2)."""

from __future__ import annotations

from collections import Counter

from measuremart.plan.nodes import Plan


def state_of(plan: Plan, section: str, name: str) -> str:
    """Return what is to be said of a definition; nothing where it is wholly available.

    A cohort or report is there `in part` where a sub-cohort of it, or one of its indicators or columns, is not.
    """
    missing = plan.unavailable
    if section in ("subqueries", "measures"):
        if name in missing.parts.incomplete:
            return "incomplete"
        return "" if missing.parts.has(name) else "unavailable"
    gone = {"cohorts": set(missing.cohorts), "indicators": set(missing.indicators), "reports": set(missing.reports)}
    if name in gone.get(section, ()):
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
