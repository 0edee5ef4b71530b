"""What exists, as data: seeds that marts join for titles, benchmarks and periods."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from measuremart.plan import nodes
from measuremart.plan.nodes import Plan
from measuremart.plan.reach import children_of
from measuremart.render.properties import YAML_HEADER, dump

FOLDER = "seeds/catalogue"

_SEEDS: dict[str, list[tuple[str, str, str]]] = {
    "catalogue_report": [
        ("report", "string", "The report's name"),
        ("pack", "string", "The pack it is defined in"),
        ("title", "string", "Its title"),
        ("description", "string", "What it shows"),
        ("primary_cohort", "string", "The cohort whose dates come first"),
        ("grain", "string", "What one row of its cohort is"),
        ("population", "string", "The population it is about"),
        ("period_date", "string", "Which date puts a result into a period"),
    ],
    "catalogue_report_indicator": [
        ("report", "string", "The report"),
        ("position", "bigint", "Its place in the report, from 1"),
        ("indicator", "string", "The indicator's name"),
        ("title", "string", "The title, as the report restates it"),
        ("description", "string", "Who is in, who is out"),
        ("reference", "string", "Where the indicator comes from"),
        ("version", "bigint", "The definition's version"),
        ("statistic", "string", "proportion or duration"),
        ("denominator", "string", "The denominator's measure, or full_cohort"),
        ("numerator", "string", "The numerator's measure"),
        ("benchmark_value", "numeric(18,6)", "The benchmark; null where there is none"),
        ("benchmark_unit", "string", "percent or days"),
        ("better", "string", "Which direction is better: higher or lower"),
    ],
    "catalogue_report_period": [
        ("report", "string", "The report"),
        ("period_kind", "string", "month, quarter, year, financial_year or named"),
        ("financial_year_starts", "bigint", "The first month of a financial year; null for other kinds"),
        ("period", "string", "The name of a named period; null for calendar kinds"),
        ("start_date", "date", "First day of a named period"),
        ("end_date", "date", "Last day of a named period"),
        ("due_date", "date", "When its submissions are due"),
    ],
    "catalogue_report_level": [
        ("report", "string", "The report"),
        ("position", "bigint", "The level's place in the report, from 1, the narrowest"),
        ("level_name", "string", "The level"),
        ("attribution", "string", "The report's rule of attribution"),
    ],
    "catalogue_measure": [
        ("measure", "string", "The measure's name"),
        ("pack", "string", "The pack it is defined in"),
        ("id", "bigint", "Its id for exchange, where it has one"),
        ("description", "string", "What it means"),
        ("grain", "string", "What one key of it is"),
        ("population", "string", "The population it is about"),
        ("is_timeless", "boolean", "Whether it carries no dates"),
    ],
    "catalogue_concept": [
        ("pack", "string", "The pack"),
        ("construct", "string", "subquery, measure or concept_set"),
        ("definition", "string", "The definition that uses the concept"),
        ("matcher", "string", "exact, hierarchy, code_of or concept_set"),
        ("concept_id", "bigint", "The concept"),
    ],
}


def catalogue_files(plan: Plan) -> dict[str, str]:
    """Return the catalogue's seeds and their properties file by path."""
    rows: dict[str, Sequence[Sequence[Any]]] = {
        "catalogue_report": [_report(r) for r in plan.reports.values()],
        "catalogue_report_indicator": [
            _report_indicator(r, position, i)
            for r in plan.reports.values()
            for position, i in enumerate(r.indicators, start=1)
        ],
        "catalogue_report_period": [row for r in plan.reports.values() for row in _periods(r)],
        "catalogue_report_level": [
            (r.about.name, position, level, r.attribution)
            for r in plan.reports.values()
            for position, level in enumerate(r.levels, start=1)
        ],
        "catalogue_measure": [_measure(m) for m in sorted(plan.measures.values(), key=lambda m: m.about.name)],
        "catalogue_concept": sorted(set(_concepts(plan))),
    }
    files = {f"{FOLDER}/{name}.csv": _csv(name, found) for name, found in rows.items()}
    return files | {f"{FOLDER}/_catalogue.yml": _properties()}


def _csv(name: str, rows: Iterable[Sequence[Any]]) -> str:
    lines = [",".join(column for column, _, _ in _SEEDS[name])]
    lines += [",".join(_cell(value) for value in row) for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value: Any) -> str:
    """Return a CSV cell: texts always in quotes, so that no reader guesses another quote; null bare and empty."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    return str(value)


def _properties() -> str:
    seeds = [
        {
            "name": name,
            "config": {"column_types": {c: _seed_type(t) for c, t, _ in columns}},
            "columns": [{"name": c, "description": d} for c, _, d in columns],
        }
        for name, columns in _SEEDS.items()
    ]
    return YAML_HEADER + dump({"version": 2, "seeds": seeds})


def _seed_type(kind: str) -> str:
    return "{{ 'string' if target.type == 'spark' else 'text' }}" if kind == "string" else kind


def _report(report: nodes.Report) -> Sequence[Any]:
    about = report.about
    grain, population = str(report.types.grain), report.types.population
    return (
        about.name, about.pack, report.title, about.description, report.primary, grain, population, report.period_date,
    )  # fmt: skip


def _report_indicator(report: nodes.Report, position: int, indicator: nodes.Indicator) -> Sequence[Any]:
    benchmark = indicator.benchmark
    return (
        report.about.name,
        position,
        indicator.about.name,
        indicator.title,
        indicator.about.description,
        indicator.reference,
        indicator.version,
        "duration" if indicator.duration else "proportion",
        indicator.denominator or "full_cohort",
        indicator.numerator,
        benchmark.value if benchmark else None,
        benchmark.unit if benchmark else None,
        ("lower" if benchmark.lower_is_better else "higher") if benchmark else None,
    )


def _periods(report: nodes.Report) -> list[Sequence[Any]]:
    name = report.about.name
    rows: list[Sequence[Any]] = []
    for kind in report.calendars:
        starts = report.financial_year_starts if kind == "financial_year" else None
        rows.append((name, kind, starts, None, None, None, None))
    rows += [(name, "named", None, p.name, p.start, p.end, p.due) for p in report.named_periods]
    return rows


def _measure(measure: nodes.Measure) -> Sequence[Any]:
    types, about = measure.expression.types, measure.about
    return (
        about.name, about.pack, about.id, about.description, str(types.grain), types.population,
        "true" if types.timeless else "false",
    )  # fmt: skip


def _concepts(plan: Plan) -> Iterable[tuple[str, str, str, str, int]]:
    for concept_set in plan.concept_sets.values():
        for line in concept_set.lines:
            matcher = "hierarchy" if line.descendants else "exact"
            yield concept_set.pack, "concept_set", concept_set.name, matcher, line.id
    for named in plan.subqueries.values():
        for matcher, concept in _of_subquery(named.subquery):
            yield named.about.pack, "subquery", named.about.name, matcher, concept
    for measure in plan.measures.values():
        for leaf in inline_subqueries(measure.expression):
            for matcher, concept in _of_subquery(leaf):
                yield measure.about.pack, "measure", measure.about.name, matcher, concept


def _of_subquery(subquery: nodes.Subquery) -> Iterable[tuple[str, int]]:
    for rule in (*subquery.rules, *subquery.exclude):
        yield from _of_predicate(rule)


def _of_predicate(predicate: nodes.Predicate) -> Iterable[tuple[str, int]]:
    match predicate:
        case nodes.AllOf(parts=parts):
            for part in parts:
                yield from _of_predicate(part)
        case nodes.ConceptIs(ids=ids, descendants=descendants):
            for concept in ids:
                yield ("hierarchy" if descendants else "exact"), concept
        case nodes.TextMatches(code_of=int(concept)):
            yield "code_of", concept


def inline_subqueries(node: nodes.Expression) -> Iterable[nodes.Subquery]:
    """Yield the subqueries that are written inside an expression."""
    if isinstance(node, nodes.Leaf) and not node.subquery.name:
        yield node.subquery
    for child in children_of(node):
        yield from inline_subqueries(child)
