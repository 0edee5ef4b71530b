"""The tests of every report's results find what they are for, and pass what is right."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from dbt_runs import Warehouse
from lab.direct import compiled
from lab.engines import DuckDbEngine, Engine, PostgresEngine
from lab.project import ROOT

DAY = "cast('2024-01-05' as date)"
NO_DAY = "cast(null as date)"
NO_DAYS = "cast(null as bigint)"
# Episode 10 of person 1 is in the denominator and was done too late; episode 20 of person 2 is in neither.
RIGHT = {
    "report": "'r'",
    "indicator": "'asked'",
    "person_id": "cast(1 as bigint)",
    "episode_id": "cast(10 as bigint)",
    "measure_resolver": "cast(10 as bigint)",
    "status": "'not_met'",
    "reason": "'numerator outside the window'",
    "reason_code": "'too_late'",
    "reason_measure": "'done'",
    "denominator_date": DAY,
    "numerator_date": NO_DAY,
    "days_between": NO_DAYS,
    "nearest_date": DAY,
    "days_outside": "cast(3 as bigint)",
}
OTHER = RIGHT | {
    "person_id": "cast(2 as bigint)",
    "episode_id": "cast(20 as bigint)",
    "measure_resolver": "cast(20 as bigint)",
    "status": "'ineligible'",
    "reason": "'not in the denominator'",
    "reason_code": "'not_in_denominator'",
    "reason_measure": "'due'",
    "denominator_date": NO_DAY,
    "nearest_date": NO_DAY,
    "days_outside": NO_DAYS,
}
MISSED = {"reason_code": "'too_late'", "status": "'not_met'", "nearest_date": DAY, "days_outside": "cast(3 as bigint)"}
REASON = "a reason that the status cannot have"
OUTSIDE = "days outside the window that do not fit the reason"
DUE = "due, yet not in the denominator"
# name: (rows, what the test says is wrong)
RESULTS: dict[str, tuple[list[dict[str, str]], str | None]] = {
    "right": ([RIGHT, OTHER], None),
    "too_few": ([RIGHT], "one status for each indicator and cohort key"),
    "twice": ([RIGHT, RIGHT], "a key appears twice"),
    "no_such_status": ([RIGHT | {"status": "'late'"}, OTHER], "a status, or dates beside it, that cannot be"),
    "no_such_reason": ([RIGHT | {"reason_code": "'late'"}, OTHER], REASON),
    "reason_of_another_status": ([RIGHT | {"reason_code": "'date_unknown'", "nearest_date": NO_DAY}, OTHER], REASON),
    "open_is_not_missed": (
        [RIGHT | {"reason_code": "'window_open'", "nearest_date": NO_DAY, "days_outside": NO_DAYS}, OTHER],
        REASON,
    ),
    "no_reason_code": ([RIGHT | {"reason_code": "cast(null as varchar)"}, OTHER], REASON),
    "no_measure": ([RIGHT | {"reason_measure": "cast(null as varchar)"}, OTHER], REASON),
    "early_is_late": ([RIGHT | {"reason_code": "'too_early'"}, OTHER], OUTSIDE),
    "late_is_early": ([RIGHT | {"days_outside": "cast(-3 as bigint)"}, OTHER], OUTSIDE),
    "late_without_days": ([RIGHT | {"days_outside": NO_DAYS}, OTHER], OUTSIDE),
    "days_without_a_date": ([RIGHT | {"nearest_date": NO_DAY}, OTHER], OUTSIDE),
    "date_without_a_miss": ([RIGHT, OTHER | {"nearest_date": DAY}], OUTSIDE),
    "met_and_not_due": (
        [RIGHT, OTHER | {"status": "'met'", "reason_code": "'met'", "denominator_date": DAY}],
        DUE,
    ),
    "not_met_and_not_due": ([RIGHT, OTHER | MISSED], DUE),
}
NO_TEXT = "cast(null as varchar)"
COLUMNS_ASKED = "'r' as report, 'asked' as indicator, 'due' as denominator"
# What the test reads beside the results; the indicators once for each way in which a denominator is joined.
READ = {
    "cohort": (
        f"select 'r' as report, cast(1 as bigint) as person_id, {DAY} as cohort_date "
        f"union all select 'r', cast(2 as bigint), {DAY}"
    ),
    "period": f"select 'r' as report, {NO_TEXT} as period, {DAY} as start_date, {DAY} as end_date where 1 = 0",
    "member": (
        "select 'due' as measure, cast(1 as bigint) as person_id, cast(10 as bigint) as episode_id, "
        "cast(10 as bigint) as measure_resolver union all "
        "select 'due', cast(3 as bigint), cast(20 as bigint), cast(20 as bigint)"
    ),
} | {
    f"asked_by_{match}": (
        f"select {COLUMNS_ASKED}, '{match}' as denominator_match, 'cohort' as grain, "
        f"{NO_TEXT} as valid_for, {NO_TEXT} as unavailable_reason"
    )
    for match in ("person", "episode", "key")
}


def rows_of(rows: list[dict[str, str]]) -> str:
    return "\nunion all ".join("select " + ", ".join(f"{v} as {c}" for c, v in row.items()) for row in rows)


def matches(said: str | None) -> tuple[str, ...]:
    """How the denominator is joined matters to these."""
    return ("person", "episode", "key") if said in (None, DUE) else ("key",)


def test_results_that_cannot_be_are_found(scratch: Warehouse) -> None:
    for name, sql in READ.items():
        (scratch.project / "models" / f"{name}.sql").write_text(sql)
    models = []
    for name, (rows, said) in RESULTS.items():
        for match in matches(said):
            model = f"{name}_by_{match}"
            (scratch.project / "models" / f"{model}.sql").write_text(rows_of(rows))
            arguments = {
                "keys": "ref('cohort')",
                "asked": f"ref('asked_by_{match}')",
                "periods": "ref('period')",
                "members": "ref('member')",
            }
            test = {"name": f"of_{model}", "arguments": arguments, "config": {"store_failures": True}}
            models.append({"name": model, "data_tests": [{"indicator_result": test}]})
    (scratch.project / "models" / "models.yml").write_text(yaml.safe_dump({"models": models}))

    run = scratch.dbt("build", "--no-fail-fast")

    wrong = {f"{n}_by_{m}" for n, (_, said) in RESULTS.items() if said for m in matches(said)}
    assert {n.removeprefix("of_") for n, s in run.statuses.items() if s == "fail"} == wrong, run.output
    for model in wrong:
        problems = {p for (p,) in scratch.rows(f"select problem from dbt_test__audit.of_{model}")}
        assert RESULTS[model.rsplit("_by_", 1)[0]][1] in problems, model


COUNTED = {
    "fct_indicator_result": (
        "report text, indicator text, is_counted boolean",
        ["('r', 'i', true)"] * 3 + ["('r', 'i', false)"],
    ),
    "agg_indicator": (
        "report text, indicator text, stratifier text, period_kind text, met bigint, not_met bigint, exception bigint, "
        "unresolved bigint, excluded bigint, ineligible bigint, verdict text",
        [],
    ),
}
ALL_TIME = "('r', 'i', 'all', 'all_time', 1, 0, 1, 0, 1, 0, 'reached')"
YEAR = "('r', 'i', 'all', 'year', 1, 0, 0, 0, 0, 0, 'reached')"
UNDATED = "('r', 'i', 'all', 'undated', 0, 0, 1, 0, 0, 0, 'no data')"
OUTSIDE_CALENDAR = "('r', 'i', 'all', 'outside_calendar', 0, 0, 0, 0, 1, 0, 'no data')"
UNAVAILABLE = "('r', 'gone', 'all', 'all_time', null, null, null, null, null, null, 'unavailable')"
# of a stratum: part of the whole, not added to it
STRATUM = "('r', 'i', 'sex', 'all_time', 1, 0, 0, 0, 0, 0, 'reached')"
NAMED = "('r', 'i', 'all', 'named', 0, 0, 0, 0, 0, 1, 'no data')"


@pytest.fixture(params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An engine in a transaction that is rolled back."""
    is_duckdb = request.param == "duckdb"
    found: Engine = DuckDbEngine() if is_duckdb else PostgresEngine(request.getfixturevalue("postgres_dsn"))
    found.begin()
    yield found
    found.rollback()
    found.close()


@pytest.mark.parametrize(
    ("aggregates", "wrong"),
    [
        ([ALL_TIME, YEAR, UNDATED, OUTSIDE_CALENDAR, UNAVAILABLE, NAMED, STRATUM], []),
        ([ALL_TIME, YEAR, YEAR, YEAR], []),
        ([YEAR, UNDATED, OUTSIDE_CALENDAR, YEAR], [("year", 3, 4)]),
        ([ALL_TIME, YEAR, UNDATED], [("year", 3, 2)]),
        ([ALL_TIME, ALL_TIME], [("all_time", 3, 6)]),
        (["('r', 'other', 'all', 'all_time', 1, 0, 0, 0, 0, 0, 'reached')"], [("all_time", 0, 1)]),
    ],
)
def test_counts_that_do_not_add_up_are_found(engine: Engine, aggregates: list[str], wrong: list[Any]) -> None:
    for table, (columns, rows) in COUNTED.items():
        engine.execute(f"create temp table {table} ({columns})")
        engine.execute(f"insert into {table} values {', '.join(rows or aggregates)}")
    sql = compiled((ROOT / "tests" / "singular" / "indicator_counts_add_up.sql").read_text(), engine.name)
    found = engine.rows(f"select period_kind, n_keys_expected, n_keys_found from ({sql}) as problem")
    assert [tuple(row) for row in found] == wrong
