"""The attrition of a small report, worked out by hand: twelve keys of eight persons, of a population of nine."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from dbt_runs import ROOT, Warehouse
from postgres_builds import environment, postgres_schemas

# person, status, counted, period date. Persons 1 and 2 have two keys on two days, person 4 has two on one, and of the keys
# of person 8 one has no date, nor has the key of person 6.
RESULTS = [
    (1, "met", True, "2024-02-01"),
    (1, "not_met", True, "2024-03-01"),
    (2, "ineligible", True, "2024-12-31"),
    (2, "excluded", True, "2025-01-01"),
    (3, "unresolved", True, "2024-05-05"),
    (4, "exception", True, "2024-06-06"),
    (4, "not_met", True, "2024-06-06"),
    (5, "met", False, "2024-07-07"),
    (6, "met", True, None),
    (7, "met", True, "1890-01-01"),
    (8, "exception", True, "2025-05-05"),
    (8, "not_met", True, None),
]
MODELS = {
    "run_context": "select cast('2026-06-30' as date) as as_of",
    "dim_report": (
        "select 'r' as report, 'omop' as population, 'episode' as grain, true as is_built union all "
        "select 'not_built', 'omop', 'episode', false"
    ),
    "dim_indicator": (
        "select report || '.' || indicator as indicator_key, report, indicator, version, is_available from ("
        "select 'r' as report, 'i' as indicator, cast(3 as bigint) as version, true as is_available union all "
        "select 'r', 'of_nobody', 1, true union all select 'r', 'unavailable', 1, false union all "
        "select 'not_built', 'i', 3, true) as stated"
    ),
    "report_period": " union all ".join(
        f"select 'r' as report, 'year' as period_kind, '{year}' as period, cast('{year}-01-01' as date) as start_date, "
        f"cast('{year}-12-31' as date) as end_date"
        for year in (2023, 2024, 2025)
    ),
    "reference_period": (
        "select 'year' as period_kind, cast('1900-01-01' as date) as start_date, cast('2099-12-31' as date) as end_date"
    ),
    "dim_person": " union all ".join(f"select 'omop' as population, {person} as person_id" for person in range(1, 10)),
    "dim_episode": " union all ".join(f"select 'omop' as population, {episode} as episode_id" for episode in range(13)),
    "report_cohort_keys": " union all ".join(
        f"select 'r' as report, cast({person} as bigint) as person_id" for person, *_ in RESULTS
    ),
    "indicator_result": " union all ".join(
        f"select 'r' as report, 'i' as indicator, cast({person} as bigint) as person_id, '{status}' as status, "
        f"{'true' if counted else 'false'} as is_counted, cast(nullif('{day}', 'None') as date) as period_date"
        for person, status, counted, day in RESULTS
    ),
}
STEPS = ["everyone", "cohort", "counted", "denominator", "after_exclusions", "resolved", "eligible", "met"]
# (keys, persons) of each step, by period.
EXPECTED = {
    ("i", "all time"): [(13, 9), (12, 8), (11, 7), (10, 7), (9, 6), (8, 5), (6, 5), (3, 3)],
    ("i", "2024"): [(13, 9), (7, 5), (6, 4), (5, 3), (5, 3), (4, 2), (3, 2), (1, 1)],
    ("i", "2025"): [(13, 9), (2, 2), (2, 2), (2, 2), (1, 1), (1, 1), (0, 0), (0, 0)],
    ("i", "undated"): [(13, 9)] + [(2, 2)] * 6 + [(1, 1)],
    ("i", "outside the calendar"): [(13, 9)] + [(1, 1)] * 7,
    ("of_nobody", "outside the calendar"): [(13, 9)] + [(0, 0)] * 7,
    ("of_nobody", "all time"): [(13, 9)] + [(0, 0)] * 7,
    ("of_nobody", "2024"): [(13, 9)] + [(0, 0)] * 7,
    ("of_nobody", "2025"): [(13, 9)] + [(0, 0)] * 7,
    ("of_nobody", "undated"): [(13, 9)] + [(0, 0)] * 7,
}


@pytest.fixture(params=["duckdb", "postgres"])
def rows(request: pytest.FixtureRequest, scratch: Warehouse) -> Iterator[Any]:
    """Rows of the attrition mart, built over the tables above."""
    for name, sql in MODELS.items():
        (scratch.project / "models" / f"{name}.sql").write_text(sql)
    counts = "evaluation/counts"
    for model in ("marts/agg_attrition", f"{counts}/result_day_period", f"{counts}/result_step_count"):
        shutil.copy(ROOT / "models" / f"{model}.sql", scratch.project / "models")
    (scratch.project / "seeds").mkdir()
    shutil.copy(ROOT / "seeds" / "reference" / "attrition_step.csv", scratch.project / "seeds")
    scratch.target = request.param
    if request.param == "duckdb":
        run = scratch.dbt("build")
        assert run.exit_code == 0, run.output
        yield lambda: scratch.rows(ALL.format("agg_attrition"))
        return
    dsn = request.getfixturevalue("postgres_dsn")
    with postgres_schemas(dsn, "attrition") as query:
        run = scratch.dbt("build", **environment(dsn, "attrition"))
        assert run.exit_code == 0, run.output
        yield lambda: query(ALL.format("attrition.agg_attrition"))


ALL = (
    "select indicator, period, step, n_keys, n_persons, version, report from {} order by indicator, period, step_order"
)


def test_every_step_of_every_period(rows: Any) -> None:
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    steps: dict[tuple[str, str], list[str]] = {}
    for indicator, period, step, keys, persons, version, report in rows():
        assert (report, version) == ("r", 3 if indicator == "i" else 1)
        found.setdefault((indicator, period), []).append((keys, persons))
        steps.setdefault((indicator, period), []).append(step)
    assert found == EXPECTED
    assert all(said == STEPS for said in steps.values())
