"""What exists, as data: seeds that marts join for titles, benchmarks and periods."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from measuremart.plan import nodes
from measuremart.plan.demand import readers
from measuremart.plan.extensions import seen_by
from measuremart.plan.grain import match_of
from measuremart.plan.nodes import Plan
from measuremart.plan.unavailable import said
from measuremart.render import catalogue_audiences, catalogue_cohorts, measure_parts
from measuremart.render.concepts import concept_name_words, used_concepts
from measuremart.render.properties import YAML_HEADER, dump
from measuremart.render.unavailable import (
    AnyReport,
    Listed,
    all_reports,
    causes_of_indicator,
    causes_of_report,
    sub_cohorts_left_out,
    unavailable_rows,
)
from measuremart.words import window_words

FOLDER = "seeds/generated"

CATALOGUE: dict[str, list[tuple[str, str, str]]] = {
    "catalogue_report": [
        ("report", "string", "The report's name"),
        ("pack", "string", "The pack it is defined in"),
        ("title", "string", "Its title"),
        ("description", "string", "What it shows"),
        ("primary_cohort", "string", "The cohort whose dates come first"),
        ("grain", "string", "What one row of its cohort is"),
        ("population", "string", "The population it is about"),
        ("period_date", "string", "Which date puts a result into a period"),
        ("unavailable_sub_cohorts", "string", "The sub-cohorts that are left out, since they are unavailable"),
        ("unavailable_reason", "string", "Why the report is unavailable; null where it is available"),
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
        (
            "denominator_match",
            "string",
            "What a row of the denominator and a cohort key share: person, episode or key; null for full_cohort",
        ),
        ("denominator_window", "string", "Which denominator dates count, around the cohort date; null = all"),
        ("numerator_window", "string", "Which numerator dates count, around the reference date; null = all"),
        ("reference_date", "string", "What the numerator window is around: cohort or denominator"),
        ("opportunity", "string", "Which denominator dates are opportunities: any, or the first"),
        ("undated_numerator", "string", "What a numerator without a date is, where there is no window: met or ignore"),
        (
            "open_window",
            "string",
            "What a key is while its numerator window is not over: unresolved or not_met; null without a last day",
        ),
        ("grain", "string", "What one result is of: cohort (a cohort key) or person"),
        ("valid_for", "string", "The named periods that the indicator is asked in; null = always"),
        ("benchmark_value", "numeric(18,6)", "The benchmark; null where there is none"),
        ("benchmark_unit", "string", "percent or days"),
        ("better", "string", "Which direction is better: higher or lower"),
        ("unavailable_reason", "string", "Why the indicator is unavailable; null where it is available"),
    ],
    "catalogue_unavailable": [
        ("report", "string", "The report"),
        ("part", "string", "What of it is unavailable: report, sub_cohort, indicator or dataset (a measure of it)"),
        ("name", "string", "The part's name"),
        ("construct", "string", "What the incomplete definition is: subquery or measure"),
        ("definition", "string", "The incomplete definition"),
        ("reason", "string", "Why it is incomplete"),
        ("path", "string", "The names that lead from the part to the incomplete definition"),
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
    "catalogue_report_validity": [
        ("report", "string", "The report"),
        ("indicator", "string", "An indicator that is asked only in some periods of the report"),
        ("period", "string", "A period that it is asked in"),
        ("start_date", "date", "First day of the period"),
        ("end_date", "date", "Last day of the period"),
    ],
    "catalogue_report_level": [
        ("report", "string", "The report"),
        ("position", "bigint", "The level's place in the report, from 1, the narrowest"),
        ("level_name", "string", "The level"),
        ("attribution", "string", "The report's rule of attribution"),
    ],
    "catalogue_attribution": [
        ("report", "string", "A report with levels"),
        (
            "attribution",
            "string",
            "A rule of attribution of its population or of an extension, whether or not the source has a row for it",
        ),
    ],
    "catalogue_measure": [
        ("measure", "string", "The measure's name"),
        ("pack", "string", "The pack it is defined in"),
        ("id", "bigint", "Its id for exchange, where it has one"),
        ("description", "string", "What it means"),
        ("grain", "string", "What one key of it is"),
        ("population", "string", "The population it is about"),
        ("is_timeless", "boolean", "Whether it carries no dates"),
        ("version", "bigint", "The definition's version; null for an unavailable measure"),
        ("unavailable_reason", "string", "Why the measure is unavailable; null where it is available"),
    ],
    **measure_parts.SEEDS,
    "catalogue_concept": [
        ("pack", "string", "The pack"),
        ("construct", "string", "subquery, measure or concept_set"),
        ("definition", "string", "The definition that uses the concept"),
        ("matcher", "string", "exact, hierarchy or code_of"),
        (
            "column_name",
            "string",
            "The column that is compared; empty for a concept set that several columns are asked for",
        ),
        ("concept_id", "bigint", "The concept"),
    ],
    "catalogue_concept_name": [
        ("pack", "string", "The pack"),
        ("concept_id", "bigint", "The concept"),
        ("concept_name", "string", "The name that the pack's definitions give to the concept"),
        ("word_start", "string", "The first letters of a word of that name, in lower case; one row a word"),
    ],
    "catalogue_concept_set": [
        ("pack", "string", "The pack"),
        ("concept_set", "string", "The concept set"),
        ("concept_id", "bigint", "The concept of one of its lines"),
        ("with_descendants", "boolean", "Whether the line is about the concepts below it, too"),
        ("is_excluded", "boolean", "Whether the line takes out, not in"),
    ],
    "catalogue_target_demand": [
        ("pack", "string", "The pack"),
        ("built", "string", "When the pack is built: always, by_default or on_request"),
        (
            "construct",
            "string",
            "subquery, measure or population; pack for what its models by hand read; target for one that is reduced",
        ),
        ("definition", "string", "The definition that reads the target, the pack, or the target"),
        ("target_model", "string", "The model of the reduced target"),
        (
            "matcher",
            "string",
            "Which events it asks for: everything, exact, hierarchy, concept_set, or nothing (target)",
        ),
        ("concept_id", "bigint", "The concept that it asks for (exact), with all below it (hierarchy)"),
        ("concept_set", "string", "The concept set that it asks for (concept_set)"),
    ],
    **catalogue_cohorts.SEEDS,
    **catalogue_audiences.SEEDS,
}


def catalogue_files(plan: Plan) -> dict[str, str]:
    """Return the catalogue's seeds and their properties file by path."""
    files = {f"{FOLDER}/{name}.csv": _csv(name, found) for name, found in catalogue_rows(plan).items()}
    return files | {f"{FOLDER}/_generated.yml": _properties()}


def catalogue_rows(plan: Plan) -> dict[str, Sequence[Sequence[Any]]]:
    """Return the rows of the catalogue's seeds by name, in the order of `CATALOGUE`'s columns."""
    reports = all_reports(plan)
    return {
        "catalogue_report": [_report(r) for r in reports],
        "catalogue_report_indicator": [
            _report_indicator(plan, r, position, i) for r in reports for position, i in enumerate(r.listed, start=1)
        ],
        "catalogue_report_period": [row for r in reports for row in _periods(r)],
        "catalogue_report_validity": [
            (r.about.name, i.about.name, p.name, p.start, p.end)
            for r in plan.reports.values()
            for i in r.indicators
            for p in i.asked_in or ()
        ],
        "catalogue_report_level": [
            (r.about.name, position, level, r.attribution)
            for r in plan.reports.values()
            for position, level in enumerate(r.levels, start=1)
        ],
        "catalogue_attribution": sorted(
            {
                (r.about.name, rule.name)
                for r in plan.reports.values()
                if r.levels
                for rules in (
                    plan.populations[r.types.population].attributions,
                    *(extension.attributions for extension in seen_by(plan, r)),
                )
                for rule in rules
            }
        ),
        "catalogue_unavailable": list(unavailable_rows(plan)),
        "catalogue_measure": sorted(
            [*map(_measure, plan.measures.values()), *_unavailable_measures(plan)], key=lambda row: row[0]
        ),
        "catalogue_measure_part": measure_parts.part_rows(plan),
        "catalogue_concept": used_concepts(plan),
        "catalogue_concept_name": concept_name_words(plan),
        "catalogue_concept_set": sorted(
            {
                (s.pack, s.name, line.id, _flag(line.descendants), _flag(line.exclude))
                for s in plan.concept_sets.values()
                for line in s.lines
            }
        ),
        "catalogue_target_demand": _demands(plan),
        **catalogue_cohorts.cohort_rows(plan),
        **catalogue_audiences.audience_rows(plan),
    }


def _demands(plan: Plan) -> list[Sequence[Any]]:
    """Return a row for each concept or concept set that a reader of a reduced target asks for, or one for everything.

    Each reduced target has a row of its own, so that those are known that nothing reads.
    """
    rows: set[tuple[Any, ...]] = {
        (t.pack, plan.packs[t.pack].built, "target", t.name, t.model, "nothing", None, None)
        for t in plan.targets.values()
        if t.reduced_by
    }
    for reader in readers(plan):
        about = (
            reader.pack, plan.packs[reader.pack].built, reader.construct, reader.definition, reader.model
        )  # fmt: skip
        if reader.demand is None:
            rows.add((*about, "everything", None, None))
        else:
            rows |= {(*about, a.matcher, a.concept, a.concept_set) for a in reader.demand}
    return sorted(rows, key=lambda row: tuple((cell is not None, cell) for cell in row))


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _csv(name: str, rows: Iterable[Sequence[Any]]) -> str:
    lines = [",".join(column for column, _, _ in CATALOGUE[name])]
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
        for name, columns in CATALOGUE.items()
    ]
    return YAML_HEADER + dump({"version": 2, "seeds": seeds})


def _seed_type(kind: str) -> str:
    return "{{ 'string' if target.type == 'spark' else 'text' }}" if kind == "string" else kind


def _report(report: AnyReport) -> Sequence[Any]:
    about = report.about
    types = report.types if isinstance(report, nodes.Report) else None
    return (
        about.name,
        about.pack,
        report.title,
        about.description,
        report.primary,
        str(types.grain) if types else None,
        types.population if types else None,
        report.period_date,
        sub_cohorts_left_out(report),
        said(causes_of_report(report)),
    )


def _report_indicator(plan: Plan, report: AnyReport, position: int, indicator: Listed) -> Sequence[Any]:
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
        *_evaluation(plan, report, indicator),
        benchmark.value if benchmark else None,
        benchmark.unit if benchmark else None,
        ("lower" if benchmark.lower_is_better else "higher") if benchmark else None,
        said(causes_of_indicator(report, indicator)),
    )


def _evaluation(plan: Plan, report: AnyReport, indicator: Listed) -> Sequence[Any]:
    """Return how an indicator is evaluated; of an unavailable one nothing is known."""
    if not isinstance(indicator, nodes.Indicator) or not isinstance(report, nodes.Report):
        return [None] * 9
    measure = plan.measures[indicator.denominator].expression if indicator.denominator is not None else None
    return (
        None if measure is None else match_of(report.types.grain, measure.types.grain),
        window_words(indicator.denominator_window),
        window_words(indicator.numerator_window),
        "denominator" if indicator.around_denominator else "cohort",
        "first" if indicator.first_opportunity else "any",
        "ignore" if indicator.ignore_undated else "met",
        _open_window(indicator),
        "person" if indicator.by_person else "cohort",
        None if indicator.asked_in is None else ", ".join(p.name for p in indicator.asked_in),
    )


def _open_window(indicator: nodes.Indicator) -> str | None:
    window = indicator.numerator_window
    if window is None or window.after is None:
        return None
    return "not_met" if indicator.ignore_open else "unresolved"


def _periods(report: AnyReport) -> list[Sequence[Any]]:
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
        "true" if types.timeless else "false", measure.version, None,
    )  # fmt: skip


def _unavailable_measures(plan: Plan) -> Iterable[Sequence[Any]]:
    for name, about in plan.unavailable.measures.items():
        yield name, about.pack, about.id, about.description, *[None] * 4, str(plan.unavailable.parts.nearest[name])
