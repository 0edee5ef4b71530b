"""Cohorts as data: the sub-cohorts of each report, and the numbers by which OHDSI tools know our members."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from measuremart.plan.grain import match_of
from measuremart.plan.nodes import Named, Plan, Report

SEEDS: dict[str, list[tuple[str, str, str]]] = {
    "catalogue_cohort": [
        ("report", "string", "The report"),
        ("position", "bigint", "The sub-cohort's place in the report, from 1; 0 for the full cohort"),
        ("cohort", "string", "The cohort; full_cohort for all together"),
        ("sub_cohort", "string", "The sub-cohort; full_cohort for all together"),
        ("title", "string", "The title of the cohort, or of the report"),
        ("description", "string", "Who is in it"),
        ("measure", "string", "The measure whose members are in it; null for the full cohort"),
        (
            "key_match",
            "string",
            "What a member and a key of the report share: person, episode or key; null for the full cohort",
        ),
        ("is_primary", "boolean", "Whether the cohort is the report's primary one"),
    ],
    "catalogue_cohort_definition": [
        ("cohort_definition_id", "bigint", "The number in OMOP's cohort tables"),
        ("construct", "string", "measure, or report for the cohort of a report"),
        ("definition", "string", "The measure or report"),
        ("title", "string", "The report's title; a measure's name"),
        ("description", "string", "What it means"),
        ("population", "string", "The population it is about"),
    ],
}

# Numbers that are made up lie in [FIRST, 2 * FIRST), within the integer that OMOP gives them; authored ids lie below.
FIRST = 1_000_000_000


def cohort_rows(plan: Plan) -> dict[str, Sequence[Sequence[Any]]]:
    """Return the rows of the seeds by name."""
    return {
        "catalogue_cohort": [row for report in plan.reports.values() for row in _sub_cohorts(plan, report)],
        "catalogue_cohort_definition": sorted(_definitions(plan)),
    }


def _sub_cohorts(plan: Plan, report: Report) -> Iterator[Sequence[Any]]:
    about, full = report.about, "full_cohort"
    yield about.name, 0, full, full, report.title, about.description, None, None, "false"
    members = [(plan.cohorts[c], sub, m) for c in report.cohorts for sub, m in plan.cohorts[c].definitions]
    for position, (cohort, sub, name) in enumerate(members, start=1):
        measure = plan.measures[name]
        yield (
            report.about.name,
            position,
            cohort.about.name,
            sub,
            cohort.title,
            measure.about.description,
            name,
            match_of(report.types.grain, measure.expression.types.grain),
            "true" if cohort.about.name == report.primary else "false",
        )


def _definitions(plan: Plan) -> Iterator[tuple[int, str, str, str, str, str]]:
    measures = [m.about for m in plan.measures.values()]
    numbers = cohort_definition_ids(measures, [r.about for r in plan.reports.values()])
    for measure in plan.measures.values():
        about, population = measure.about, measure.expression.types.population
        yield numbers["measure", about.name], "measure", about.name, about.name, about.description, population
    for report in plan.reports.values():
        about = report.about
        number = numbers["report", about.name]
        yield number, "report", about.name, report.title, about.description, report.types.population


def cohort_definition_ids(measures: Iterable[Named], reports: Iterable[Named]) -> dict[tuple[str, str], int]:
    """Return {(construct, name): number}: no two alike, and none that depends on what else is defined, but for a clash.

    A measure has its own id where that is between 1 and 999,999,999 and no other measure has it. Anything else has a
    number made from its name; in the rare clash of two the later name takes the next free one.
    """
    measures = list(measures)
    used = Counter(m.id for m in measures)
    numbers = {("measure", m.name): m.id for m in measures if m.id and 0 < m.id < FIRST and used[m.id] == 1}
    taken = set(numbers.values())
    names = [("measure", m.name) for m in measures] + [("report", r.name) for r in reports]
    for name in sorted(set(names) - numbers.keys()):
        digest = hashlib.sha256(".".join(name).encode()).digest()
        number = int.from_bytes(digest[:8], "big") % FIRST
        while FIRST + number in taken:
            number = (number + 1) % FIRST
        numbers[name] = FIRST + number
        taken.add(FIRST + number)
    return numbers
