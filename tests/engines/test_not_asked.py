"""Keys that an indicator is not asked of (docs/semantics.md, 6.2, `valid_for`): nine keys of seven persons, by hand."""

import shutil
from collections.abc import Iterator

import pytest
from dbt_runs import ROOT, Warehouse
from postgres_builds import environment, postgres_schemas

# Keys of the report: person, cohort date. The periods of the indicator `spring` are 1 March to 31 May, and May again.
KEYS = [
    (1, "2024-02-29"),  # a day early
    (1, "2024-03-01"),  # asked; the person counts by the key above all the same
    (2, "2024-05-31"),  # asked, in two periods
    (3, "2024-06-01"),  # a day late
    (3, "2024-06-02"),
    (4, None),
    (5, None),
    (5, None),
    (6, "2024-04-15"),
]
MODELS = {
    "run_context": "select cast('2026-06-30' as date) as as_of",
    "dim_report": "select 'r' as report, true as is_built union all select 'not_built', false",
    "dim_indicator": (
        "select 'r' as report, 'spring' as indicator, cast(2 as bigint) as version, true as is_available union all "
        "select 'r', 'autumn', 1, true union all select 'r', 'always', 1, true union all "
        "select 'r', 'unavailable', 1, false union all select 'not_built', 'spring', 2, true"
    ),
    "catalogue_report_validity": " union all ".join(
        f"select '{report}' as report, '{indicator}' as indicator, cast('{first}' as date) as start_date, "
        f"cast('{last}' as date) as end_date"
        for report, indicator, first, last in [
            ("r", "spring", "2024-03-01", "2024-05-31"),
            ("r", "spring", "2024-05-01", "2024-05-31"),
            ("r", "autumn", "2024-09-01", "2024-11-30"),
            ("r", "unavailable", "2024-09-01", "2024-11-30"),
            ("not_built", "spring", "2024-03-01", "2024-05-31"),
        ]
    ),
    "report_cohort_keys": " union all ".join(
        f"select 'r' as report, cast({person} as bigint) as person_id, cast({number} as bigint) as measure_resolver, "
        f"cast(nullif('{day}', 'None') as date) as cohort_date"
        for number, (person, day) in enumerate(KEYS)
    ),
}
ALL = "select report, indicator, version, reason, n_keys, n_persons from {} order by indicator, reason"


@pytest.fixture(params=["duckdb", "postgres"])
def rows(request: pytest.FixtureRequest, scratch: Warehouse) -> Iterator[list[tuple[object, ...]]]:
    """Rows of the mart, built over the tables above."""
    for name, sql in MODELS.items():
        (scratch.project / "models" / f"{name}.sql").write_text(sql)
    shutil.copy(ROOT / "models" / "marts" / "agg_not_asked.sql", scratch.project / "models")
    scratch.target = request.param
    if request.param == "duckdb":
        run = scratch.dbt("build")
        assert run.exit_code == 0, run.output
        yield scratch.rows(ALL.format("agg_not_asked"))
        return
    dsn = request.getfixturevalue("postgres_dsn")
    with postgres_schemas(dsn, "not_asked") as query:
        run = scratch.dbt("build", **environment(dsn, "not_asked"))
        assert run.exit_code == 0, run.output
        yield query(ALL.format("not_asked.agg_not_asked"))


def test_keys_that_are_not_asked_are_counted(rows: list[tuple[object, ...]]) -> None:
    assert rows == [
        ("r", "autumn", 1, "cohort_date_unknown", 3, 2),
        ("r", "autumn", 1, "outside_the_periods", 6, 4),
        ("r", "spring", 2, "cohort_date_unknown", 3, 2),
        ("r", "spring", 2, "outside_the_periods", 3, 2),
    ]
