"""Which periods a result falls into, worked out by hand, on both engines: the models that cut reports by period."""

from collections.abc import Iterator

import pytest
from lab.direct import compiled
from lab.engines import DuckDbEngine, Engine, PostgresEngine
from lab.project import ROOT

INPUTS = {
    "fct_indicator_result": (
        "report text, indicator text, status text, days_between bigint, period_date date, is_counted boolean",
        [
            "('r', 'i', 'met', 3, date '2024-03-31', true)",  # the last day of FY2023/24
            "('r', 'i', 'not_met', null, date '2024-04-01', true)",  # the first of FY2024/25 and of the named period
            "('r', 'i', 'met', 5, date '2025-03-31', true)",  # the last of both
            "('r', 'i', 'met', 5, date '2025-04-01', true)",  # the day after
            "('r', 'i', 'not_met', null, null, true)",  # no date is known
            "('r', 'i', 'met', 9, date '2024-04-01', false)",  # does not count
        ],
    ),
    "dim_indicator": (
        "report text, indicator text, position bigint, title text, statistic text, benchmark_value numeric(38, 10), "
        "benchmark_unit text, better text, is_available boolean",
        ["('r', 'i', 1, 'I', 'proportion', null, null, 'higher', true)"],
    ),
    "dim_report": ("report text, is_built boolean", ["('r', true)"]),
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
MODELS = {"reference_period": "", "report_period": "", "agg_indicator": "marts/"}
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


def test_periods(engine: Engine) -> None:
    for name, (columns, rows) in INPUTS.items():
        engine.execute(f"create temp table {name} ({columns})")
        engine.execute(f"insert into {name} values {', '.join(rows)}")
    for name, folder in MODELS.items():
        sql = (ROOT / "models" / f"{folder}{name}.sql").read_text(encoding="utf-8")
        engine.execute(f"create temp table {name} as {compiled(sql, engine.name)}")
    found = engine.rows("select period_kind, period, met, not_met from agg_indicator")
    assert {(kind, period): (int(met), int(not_met)) for kind, period, met, not_met in found} == EXPECTED
    assert len(found) == len(EXPECTED)
