"""Which periods a result falls into, worked out by hand, on both engines: the models that cut reports by period."""

from collections.abc import Iterator

import pytest
from count_models import build_agg_indicator, model_sql
from lab.engines import DuckDbEngine, Engine, PostgresEngine

Inputs = dict[str, tuple[str, list[str]]]
INPUTS: Inputs = {
    "indicator_result": (
        "report text, indicator text, status text, days_between bigint, period_date date, is_counted boolean, "
        "person_id bigint, cohort_date date",
        [
            "('r', 'i', 'met', 3, date '2024-03-31', true, 1, null)",  # the last day of FY2023/24
            "('r', 'i', 'not_met', null, date '2024-04-01', true, 1, null)",  # the first of FY2024/25 and of the named period
            "('r', 'i', 'met', 5, date '2025-03-31', true, 1, null)",  # the last of both
            "('r', 'i', 'met', 5, date '2025-04-01', true, 1, null)",  # the day after
            "('r', 'i', 'not_met', null, null, true, 1, null)",  # no date is known
            "('r', 'i', 'met', 9, date '2024-04-01', false, 1, null)",  # does not count
            "('r', 'i', 'met', 9, date '2027-04-01', false, 1, null)",  # nor does its period
        ],
    ),
    "dim_indicator": (
        "report text, indicator text, version bigint, indicator_order bigint, title text, statistic text, benchmark_value numeric(38, 10), "
        "benchmark_unit text, better text, is_available boolean",
        [
            "('r', 'i', 1, 1, 'I', 'proportion', null, null, 'higher', true)",
            "('r', 'of_nobody', 1, 2, 'J', 'proportion', null, null, 'higher', true)",
        ],
    ),
    "dim_report": ("report text, is_built boolean", ["('r', true)"]),
    "fct_cohort_stratum": ("report text, person_id bigint, cohort_date date, stratifier text, stratum text", []),
    "report_strata": ("report text, person_id bigint, cohort_date date, stratifier text, stratum text", []),
    "run_context": ("as_of date", ["(date '2026-01-01')"]),
    "catalogue_report_period": (
        "report text, period_kind text, financial_year_starts bigint, period text, start_date date, end_date date, "
        "due_date date",
        [
            "('r', 'quarter', null, null, null, null, null)",
            "('r', 'financial_year', 4, null, null, null, null)",
            "('r', 'named', null, 'audit_8', date '2024-04-01', date '2025-03-31', date '2025-12-31')",
        ],
    ),
}
# (met, not met) by period, from the rows above; a period without any is not listed.
EXPECTED = {
    ("all_time", "all time"): (3, 2),
    ("undated", "undated"): (0, 1),
    ("financial_year", "FY2023/24"): (1, 0),
    ("financial_year", "FY2024/25"): (1, 1),
    ("financial_year", "FY2025/26"): (1, 0),
    ("named", "audit_8"): (1, 1),
    ("quarter", "2024-Q1"): (1, 0),
    ("quarter", "2024-Q2"): (0, 1),
    ("quarter", "2025-Q1"): (1, 0),
    ("quarter", "2025-Q2"): (1, 0),
}


@pytest.fixture(params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An engine in a transaction that is rolled back."""
    is_duckdb = request.param == "duckdb"
    found: Engine = DuckDbEngine() if is_duckdb else PostgresEngine(request.getfixturevalue("postgres_dsn"))
    found.begin()
    yield found
    found.rollback()
    found.close()


def built(engine: Engine, inputs: Inputs) -> None:
    """Build the models over the rows."""
    for name, (columns, rows) in inputs.items():
        engine.execute(f"create temp table {name} ({columns})")
        if rows:
            engine.execute(f"insert into {name} values {', '.join(rows)}")
    for name in ("reference_period", "report_period"):
        engine.execute(f"create temp table {name} as {model_sql(f'core/periods/{name}', engine)}")
    build_agg_indicator(engine)


def test_periods(engine: Engine) -> None:
    built(engine, INPUTS)
    found = engine.rows("select period_kind, period, met, not_met from agg_indicator where indicator = 'i'")
    assert {(kind, period): (int(met), int(not_met)) for kind, period, met, not_met in found} == EXPECTED
    assert len(found) == len(EXPECTED)


def test_an_indicator_without_results_has_the_periods_of_the_report(engine: Engine) -> None:
    built(engine, INPUTS)
    found = engine.rows("select period_kind, period, met, not_met from agg_indicator where indicator = 'of_nobody'")
    assert {(kind, period): (met, not_met) for kind, period, met, not_met in found} == dict.fromkeys(EXPECTED, (0, 0))


def test_without_results_there_is_only_all_time(engine: Engine) -> None:
    built(engine, INPUTS | {"indicator_result": (INPUTS["indicator_result"][0], [])})
    assert engine.rows("select period from agg_indicator where indicator = 'i'") == [("all time",)]


@pytest.mark.parametrize(
    ("days", "quartiles"),
    [
        ([1, 2, 3, 4], ("1.75", "2.50", "3.25")),
        ([7], ("7.00", "7.00", "7.00")),
        ([0, 10], ("2.50", "5.00", "7.50")),
        ([5, -3, 100, 5, 8], ("5.00", "5.00", "8.00")),
    ],
)
def test_quartiles_interpolate_between_neighbours(engine: Engine, days: list[int], quartiles: tuple[str, ...]) -> None:
    """6.2: Hyndman and Fan's type 7: the quartile q of n values is the value at place 1 + q (n - 1), in order."""
    rows = [f"('r', 'i', 'met', {n}, date '2024-04-01', true, 1, null)" for n in days]
    rows.append("('r', 'i', 'not_met', 50, date '2024-04-01', true, 1, null)")  # only met keys
    built(engine, INPUTS | {"indicator_result": (INPUTS["indicator_result"][0], rows)})
    columns = ("lower_quartile_days", "median_days", "upper_quartile_days")
    cast = ", ".join(f"cast({c} as varchar)" for c in columns)
    assert engine.rows(f"select {cast} from agg_indicator where indicator = 'i' and period = 'all time'") == [quartiles]
