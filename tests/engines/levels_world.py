"""A small world of organisations and results, with the models over it, for tests by hand on both engines."""

import re
from collections.abc import Sequence
from typing import Any

from count_models import COUNTS, model_sql
from lab.engines import Engine

COLUMNS = {
    "dim_report": (
        "report text, population text, is_built boolean, title text, unavailable_sub_cohorts text, data_source text"
    ),
    "dim_indicator": (
        "report text, indicator text, indicator_order bigint, version bigint, statistic text, "
        "benchmark_value numeric(18, 6), better text, is_available boolean, title text, benchmark_unit text, "
        "indicator_key text, unavailable_reason text"
    ),
    "indicator_result": (
        "report text, indicator text, person_id bigint, episode_id bigint, measure_resolver bigint, cohort_date date, "
        "status text, period_date date, is_counted boolean, days_between bigint"
    ),
    "catalogue_report_level": "report text, position bigint, level_name text, attribution text",
    "organisation_level": (
        "population text, organisation text, level_name text, entity text, title text, valid_from date, valid_to date"
    ),
    "organisation_attribution": (
        "population text, attribution text, by_episode boolean, person_id bigint, episode_id bigint, organisation text, "
        "valid_from date, valid_to date"
    ),
    "report_period": "report text, period_kind text, period text, start_date date, end_date date, due_date date",
    "report_cohort_keys": "report text, person_id bigint, episode_id bigint, measure_resolver bigint, cohort_date date",
    "run_context": "as_of date",
    "reference_period": "period_kind text, start_date date, end_date date, period text",
    "fct_cohort_stratum": "report text, person_id bigint, cohort_date date, stratifier text, stratum text",
    "fct_source_freshness": "population text, source_table text, cdm_release_date date, last_date date",
}
# The same rows under the names that models before the marts read; every report is its own pack.
SAME = {
    "report_strata": "select * from fct_cohort_stratum",
    "catalogue_report": "select report, population, report as pack from dim_report",
    "catalogue_attribution": (
        "select distinct dim_report.report, rule.attribution from organisation_attribution as rule "
        "inner join dim_report on rule.population = dim_report.population "
        "union select report, attribution from catalogue_report_level"
    ),
    "known_pack": "select report as pack, is_built from dim_report",
}
MODELS = {
    "organisation_membership": "evaluation/levels",
    "entity_parent": "evaluation/levels",
    "report_attribution": "evaluation/levels",
    **dict.fromkeys(COUNTS, "evaluation/counts"),
    "entity_period_count": "evaluation/counts",
    "agg_indicator": "marts",
    "agg_indicator_by_level": "marts",
    "agg_indicator_by_parent": "marts",
    "agg_indicator_funnel": "marts",
    "agg_indicator_trend": "marts",
    "agg_case_mix": "marts",
    "agg_attribution": "marts",
    "dim_level_entity": "marts",
    "dim_reference_period": "marts",
    "indicator_overview": "marts",
}


def load(engine: Engine, tables: dict[str, Sequence[Sequence[Any]]]) -> None:
    """Create the inputs: a row is its values in the order of COLUMNS; the last ones may be left out, and are null."""
    for name, columns in COLUMNS.items():
        engine.execute(f"create temp table {name} ({columns})")
        names = [column.split()[0] for column in re.split(r", (?=[a-z])", columns)]
        for row in tables.get(name, ()):
            into = f"{name} ({', '.join(names[: len(row)])})"
            engine.execute(f"insert into {into} values ({', '.join(literal(v) for v in row)})")
    for name, rows in SAME.items():
        engine.execute(f"create temp view {name} as {rows}")


def build(engine: Engine, *names: str) -> None:
    """Create models over what stands; in order."""
    for name in names or MODELS:
        engine.execute(f"create temp table {name} as {model_sql(f'{MODELS[name]}/{name}', engine)}")


def literal(value: Any) -> str:
    """A value as a literal of SQL."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"
