"""Every result is in one period of each calendar kind, or said to be in none (docs/semantics.md, 7)."""

from collections.abc import Iterator

import pytest
from count_models import build_agg_indicator, model_sql
from lab import DuckDbEngine, Engine, PostgresEngine

# Six results: the ends of the calendar, a day beyond each, a day nobody knows, and an open end.
PERIOD_DATES = ("'1899-12-31'", "'1900-01-01'", "'2099-12-31'", "'2100-01-01'", "'9999-12-31'", "null")
CALENDARS = (("month", "null"), ("quarter", "null"), ("year", "null"), ("financial_year", "7"))
TABLES = {
    "run_context": "select date '2024-01-01' as as_of",
    "dim_report": "select 'r' as report, true as is_built",
    "dim_indicator": (
        "select 'r' as report, 'i' as indicator, 1 as version, 1 as indicator_order, 't' as title, 'proportion' as statistic, "
        "cast(null as numeric(18, 6)) as benchmark_value, 'percent' as benchmark_unit, 'higher' as better, "
        "true as is_available"
    ),
    "indicator_result": " union all ".join(
        "select 'r' as report, 'i' as indicator, 1 as person_id, cast(null as date) as cohort_date, 'met' as status, cast(null as bigint) as days_between, "
        f"cast({on} as date) as period_date, true as is_counted"
        for on in PERIOD_DATES
    ),
    "fct_cohort_stratum": (
        "select 'r' as report, cast(1 as bigint) as person_id, cast(null as date) as cohort_date, 'sex' as stratifier, "
        "'female' as stratum where 1 = 0"
    ),
    "report_strata": "select * from fct_cohort_stratum",
    "catalogue_report_period": " union all ".join(
        [
            f"select 'r' as report, '{kind}' as period_kind, cast({starts} as bigint) as financial_year_starts, "
            "cast(null as varchar) as period, cast(null as date) as start_date, cast(null as date) as end_date, "
            "cast(null as date) as due_date"
            for kind, starts in CALENDARS
        ]
        + ["select 'r', 'named', null, 'the 2100s', date '2100-01-01', date '2199-12-31', null"]
    ),
}


@pytest.fixture(params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    opened: Engine = (
        DuckDbEngine() if request.param == "duckdb" else PostgresEngine(request.getfixturevalue("postgres_dsn"))
    )
    for name, query in TABLES.items():
        opened.execute(f"create table {name} as {query}")
    for name in ("reference_period", "report_period"):
        opened.execute(f"create table {name} as {model_sql(f'core/periods/{name}', opened)}")
    build_agg_indicator(opened)
    yield opened
    opened.close()


def test_dates_beyond_the_calendar_are_shown(engine: Engine) -> None:
    found = engine.rows("select period_kind, period, met from agg_indicator order by period_kind, period")
    assert sorted(found) == [
        ("all_time", "all time", 6),
        ("financial_year", "FY1899/00", 1),
        ("financial_year", "FY2099/00", 1),
        ("month", "1900-01", 1),
        ("month", "2099-12", 1),
        ("named", "the 2100s", 1),
        ("outside_calendar", "outside the calendar", 3),
        ("quarter", "1900-Q1", 1),
        ("quarter", "2099-Q4", 1),
        ("undated", "undated", 1),
        ("year", "1900", 1),
        ("year", "2099", 1),
    ]
