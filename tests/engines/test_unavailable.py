"""Incomplete definitions through dbt: what is unavailable is said in every mart, and never a number (semantics.md 4.2)."""

import datetime as dt
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import small_project
from dbt_runs import ROOT, Warehouse
from measuremart.cli import app
from psycopg2.extensions import parse_dsn
from typer.testing import CliRunner

DEFINITIONS = {
    "base/base.yml": """
populations:
  clinic:
    person: {model: patient, id: person_id, birth_date: null}
    episodes: {model: pathway, person: person_id, id: episode_id, start: start_date, end: end_date}
targets:
  note: {model: note, dates: {start: start_date}, unit: null, number: null, text: null, flag: null}
subqueries:
  lung_seen: {target: note, rules: [{exact: 1}]}
  treatment_seen: {target: note, rules: [{exact: 2}]}
  stage_seen: {target: note, incomplete: the stages' concepts are "not" agreed}
measures:
  lung_cancer: {subquery: lung_seen}
  treated: {subquery: treatment_seen}
  stage: {subquery: stage_seen}
  stage_iii: {filter: {of: stage, on_or_after: 2020-01-01}}
  spread: {incomplete: nobody has said what spread is}
cohorts:
  lung: {definitions: {primary_lung: lung_cancer, spread_lung: spread}}
indicators:
  any_treatment: {title: Any treatment, description: d, denominator: full_cohort, numerator: treated, benchmark: {value: 60}}
  stage_iii_treated: {title: Stage III treated, description: d, denominator: stage_iii, numerator: treated, benchmark: {value: 80}}
reports:
  mdt:
    {title: The MDT, description: d, cohorts: [lung], indicators: [stage_iii_treated, any_treatment], dataset: [stage],
     periods: [year]}
  staged: {title: Staged, description: d, cohorts: [lung], indicators: [stage_iii_treated]}
""",
    "waiting/waiting.yml": """
measures:
  later: {incomplete: wanted next year}
cohorts:
  later_ones: {definitions: {later: later}}
indicators:
  later_treated: {title: Later, description: d, denominator: full_cohort, numerator: later}
reports:
  later: {title: Later on, description: d, cohorts: [later_ones], indicators: [later_treated], periods: [year]}
  uncounted: {title: Who counts, description: d, cohorts: [lung], indicators: [any_treatment], counted: [later]}
""",
}
# Three persons with lung cancer, two of whom were treated, and one with neither.
WORLD: dict[str, tuple[dict[str, str], list[tuple[Any, ...]]]] = {
    "patient": ({"person_id": "bigint"}, [(1,), (2,), (3,), (4,)]),
    "pathway": (
        {"person_id": "bigint", "episode_id": "bigint", "start_date": "date", "end_date": "date"},
        [(n, 10 * n, "2023-01-01", "") for n in (1, 2, 3, 4)],
    ),
    "note": (
        dict.fromkeys(("event_id", "person_id", "episode_id", "concept_id"), "bigint") | {"start_date": "date"},
        [
            (1, 1, 10, 1, "2024-01-10"),
            (2, 2, 20, 1, "2024-02-10"),
            (3, 3, 30, 1, "2023-05-01"),
            (4, 1, 10, 2, "2024-01-20"),
            (5, 3, 30, 2, "2023-06-01"),
            (6, 4, 40, 9, "2024-03-01"),
        ],
    ),
}
ABSENT = [path.stem.removeprefix("stg_omop__") for path in sorted((ROOT / "models/core/staging/omop").glob("*.sql"))]
VARIABLES = {"packs": ["base", "waiting"], "as_of": "2024-12-31", "omop_source": "schema", "absent_tables": ABSENT}
SCHEMA = "unavailable"
Ask = Callable[[str], list[tuple[Any, ...]]]
STAGE = 'subquery stage_seen is incomplete: the stages\' concepts are "not" agreed'
SPREAD, LATER = "nobody has said what spread is", "measure later is incomplete: wanted next year"


def write_project(folder: Path) -> Path:
    """Write a project of the definitions above over their world."""
    return small_project.write_project(folder, DEFINITIONS, WORLD)


@pytest.fixture(scope="module")
def duck(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = tmp_path_factory.mktemp("unavailable")
    built = Warehouse(folder, write_project(folder))
    run = built.dbt("build", variables=VARIABLES)
    assert run.exit_code == 0, run.output
    return built


# That the same is unavailable on PostgreSQL is shown for random definitions by tests/property/test_definitions.py, too.
@pytest.fixture(scope="module", params=["duckdb", pytest.param("postgres", marks=pytest.mark.long)])
def ask(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Ask the built project; schemas are written as DuckDB has them."""
    if request.param == "duckdb":
        yield request.getfixturevalue("duck").rows
        return
    dsn = request.getfixturevalue("postgres_dsn")
    at = parse_dsn(dsn)
    folder = tmp_path_factory.mktemp("unavailable_postgres")
    given = {
        "MEASUREMART_POSTGRES_HOST": at.get("host", "127.0.0.1"),
        "MEASUREMART_POSTGRES_PORT": at.get("port", "5432"),
        "MEASUREMART_POSTGRES_USER": at.get("user", os.environ.get("USER", "postgres")),
        "MEASUREMART_POSTGRES_PASSWORD": at.get("password", ""),
        "MEASUREMART_POSTGRES_DATABASE": at.get("dbname", "postgres"),
        "MEASUREMART_POSTGRES_SCHEMA": SCHEMA,
    }
    connection = psycopg2.connect(dsn)
    connection.autocommit = True

    def rows(sql: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            for layer in ("marts", "reports", "cohorts", "evaluation"):
                sql = sql.replace(f"from {layer}.", f"from {SCHEMA}_{layer}.")
            cursor.execute(sql)
            return list(cursor.fetchall())

    try:
        run = Warehouse(folder, write_project(folder), "postgres").dbt("build", variables=VARIABLES, **given)
        assert run.exit_code == 0, run.output
        yield rows
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select nspname from pg_namespace where nspname like %s", [f"{SCHEMA}%"])
            for (schema,) in cursor.fetchall():
                cursor.execute(f"drop schema {schema} cascade")
        connection.close()


def test_the_cohort_goes_without_the_unavailable_sub_cohort(ask: Ask) -> None:
    assert ask("select person_id, episode_id, measure_date from cohorts.cohort__lung order by person_id") == [
        (1, 10, dt.date(2024, 1, 10)),
        (2, 20, dt.date(2024, 2, 10)),
        (3, 30, dt.date(2023, 5, 1)),
    ]


def test_results_are_of_the_available_indicator_alone(ask: Ask) -> None:
    rows = ask(
        "select report, indicator, person_id, status, denominator_date, numerator_date "
        "from marts.fct_indicator_result order by report, indicator, person_id"
    )
    assert rows == [
        ("mdt", "any_treatment", 1, "met", dt.date(2024, 1, 10), dt.date(2024, 1, 20)),
        ("mdt", "any_treatment", 2, "not_met", dt.date(2024, 2, 10), None),
        ("mdt", "any_treatment", 3, "met", dt.date(2023, 5, 1), dt.date(2023, 6, 1)),
    ]
    assert ask("select count(*) from evaluation.indicator_result where report = 'staged'") == [(0,)]


def test_aggregates_have_a_row_without_numbers(ask: Ask) -> None:
    rows = ask(
        "select report, indicator, indicator_order, period, eligible, met, not_met, exception, unresolved, excluded, "
        "ineligible, cast(rate as varchar), median_days, cast(benchmark_value as varchar), verdict "
        "from marts.agg_indicator order by report, indicator_order, period"
    )
    nothing = (None,) * 9
    assert rows == [
        ("later", "later_treated", 1, "all time", *nothing, None, "unavailable"),
        ("mdt", "stage_iii_treated", 1, "2023", *nothing, "80.000000", "unavailable"),
        ("mdt", "stage_iii_treated", 1, "2024", *nothing, "80.000000", "unavailable"),
        ("mdt", "stage_iii_treated", 1, "all time", *nothing, "80.000000", "unavailable"),
        ("mdt", "any_treatment", 2, "2023", 1, 1, 0, 0, 0, 0, 0, "1.000000", 31, "60.000000", "reached"),
        ("mdt", "any_treatment", 2, "2024", 2, 1, 1, 0, 0, 0, 0, "0.500000", 10, "60.000000", "not reached"),
        ("mdt", "any_treatment", 2, "all time", 3, 2, 1, 0, 0, 0, 0, "0.666667", 20.5, "60.000000", "reached"),
        ("staged", "stage_iii_treated", 1, "all time", *nothing, "80.000000", "unavailable"),
        ("uncounted", "any_treatment", 1, "all time", *nothing, "60.000000", "unavailable"),
    ]


def test_the_indicators_say_why(ask: Ask) -> None:
    rows = ask(
        "select report, indicator, is_available, unavailable_reason from marts.dim_indicator order by report, indicator_order"
    )
    by_stage = f"{STAGE} (by stage_iii > stage > stage_seen)"
    assert rows == [
        ("later", "later_treated", False, LATER),
        ("mdt", "stage_iii_treated", False, by_stage),
        ("mdt", "any_treatment", True, None),
        ("staged", "stage_iii_treated", False, by_stage),
        ("uncounted", "any_treatment", False, LATER),
    ]


def test_the_reports_say_what_they_go_without(ask: Ask) -> None:
    rows = ask(
        "select report, is_built, is_available, unavailable_reason, unavailable_sub_cohorts, grain, population "
        "from marts.dim_report order by report"
    )
    assert rows == [
        ("later", True, False, LATER, "later", None, None),
        ("mdt", True, True, None, "spread_lung", "episode", "clinic"),
        ("staged", True, True, None, "spread_lung", "episode", "clinic"),
        ("uncounted", True, False, LATER, "spread_lung", None, None),
    ]


def test_every_unavailable_part_has_its_cause_and_path(ask: Ask) -> None:
    rows = ask("select report, part, name, definition, path from marts.dim_unavailable order by 1, 2, 3, 4")
    path = "stage > stage_seen"
    assert rows == [
        ("later", "indicator", "later_treated", "later", "later"),
        ("later", "report", "later", "later", "later"),
        ("later", "sub_cohort", "later", "later", "later"),
        ("mdt", "dataset", "spread", "spread", "spread"),
        ("mdt", "dataset", "stage", "stage_seen", path),
        ("mdt", "dataset", "stage_iii", "stage_seen", f"stage_iii > {path}"),
        ("mdt", "indicator", "stage_iii_treated", "stage_seen", f"stage_iii > {path}"),
        ("mdt", "sub_cohort", "spread_lung", "spread", "spread"),
        ("staged", "dataset", "spread", "spread", "spread"),
        ("staged", "dataset", "stage_iii", "stage_seen", f"stage_iii > {path}"),
        ("staged", "indicator", "stage_iii_treated", "stage_seen", f"stage_iii > {path}"),
        ("staged", "sub_cohort", "spread_lung", "spread", "spread"),
        ("uncounted", "indicator", "any_treatment", "later", "later"),
        ("uncounted", "report", "uncounted", "later", "later"),
        ("uncounted", "sub_cohort", "spread_lung", "spread", "spread"),
    ]
    assert ask("select distinct reason from marts.dim_unavailable where definition = 'spread'") == [(SPREAD,)]


def test_the_dataset_has_the_columns_of_what_is_there(ask: Ask) -> None:
    rows = ask("select person_id, primary_lung__cohort_date, treated__qualified from reports.report__mdt__dataset")
    assert sorted(rows) == [
        (1, dt.date(2024, 1, 10), True),
        (2, dt.date(2024, 2, 10), False),
        (3, dt.date(2023, 5, 1), True),
    ]


def test_only_what_is_available_has_a_table(duck: Warehouse) -> None:
    layers = ("matches", "subqueries", "measures", "cohorts", "indicators", "reports")
    tables = duck.rows(f"select table_name from information_schema.tables where table_schema in {layers} order by 1")
    assert [name for (name,) in tables] == [
        *("cohort__lung", "evidence__mdt__any_treatment"),
        *("indicator__any_treatment", "indicator_evidence", "indicator_members", "indicator_recorded"),
        *("match__lung_seen", "match__treatment_seen", "matched_rows", "matched_rows__base"),
        *("measure__lung_cancer", "measure__treated", "measure_members"),
        *("report__mdt", "report__mdt__dataset", "report__staged", "report__staged__dataset"),
        *("report_cohort_keys", "report_counted_keys", "report_strata"),
        *("subquery__lung_seen", "subquery__treatment_seen", "subquery_members"),
    ]


def test_a_pack_of_which_nothing_is_available_builds(tmp_path: Path) -> None:
    project = write_project(tmp_path)
    (project / "definitions" / "base" / "base.yml").unlink()
    (project / "definitions" / "waiting" / "waiting.yml").write_text(
        DEFINITIONS["waiting/waiting.yml"].rsplit("\n", 2)[0]
        + "\npopulations:\n  clinic: {person: {model: patient, id: person_id, birth_date: null}}\n"
    )
    done = CliRunner().invoke(app, ["generate", "--project-dir", str(project)])
    assert done.exit_code == 0, done.output
    built = Warehouse(tmp_path, project)
    run = built.dbt("build", variables=VARIABLES | {"packs": ["waiting"]})
    assert run.exit_code == 0, run.output
    assert built.rows("select report, indicator, eligible, verdict from marts.agg_indicator") == [
        ("later", "later_treated", None, "unavailable")
    ]
    assert built.rows("select count(*) from marts.fct_indicator_result") == [(0,)]


def printed(duck: Warehouse, report: str) -> list[str]:
    variables = ["--vars", json.dumps(VARIABLES)]
    where = ["--project-dir", str(duck.project), "--profiles-dir", str(duck.folder / "profiles")]
    done = CliRunner().invoke(
        app,
        ["report", report, *where, "--target", "duckdb", *variables],
        env={"MEASUREMART_DUCKDB": str(duck.database)},
    )
    assert done.exit_code == 0, done.output
    return [" ".join(line.split()) for line in done.stdout.splitlines()]


def test_the_report_is_printed_with_what_is_unavailable(duck: Warehouse) -> None:
    assert printed(duck, "mdt") == [
        f"NOT IN THIS REPORT: sub-cohort spread_lung: measure spread is incomplete: {SPREAD}",
        "The MDT, as of 2024-12-31",
        "indicator eligible met rate 95% interval benchmark verdict excluded exception unresolved",
        "Stage III treated - - - - >= 80% unavailable - - -",
        "Any treatment 3 2 66.7% 20.8–93.9% >= 60% reached? 0 0 0",
        "",
        "eligible: met or not met. Not in the rate: excluded (taken out), exception (not met, for an accepted reason), "
        "unresolved (not known, or not yet)",
        "?: the 95% interval holds the benchmark: chance alone may have put the rate on this side of it",
        f"unavailable: Stage III treated: {STAGE} (by stage_iii > stage > stage_seen)",
    ]


def test_an_unavailable_report_is_printed_as_such(duck: Warehouse) -> None:
    assert printed(duck, "uncounted") == [
        f"NOT IN THIS REPORT: sub-cohort spread_lung: measure spread is incomplete: {SPREAD}",
        "Who counts, as of 2024-12-31",
        "indicator eligible met rate 95% interval benchmark verdict excluded exception unresolved",
        "Any treatment - - - - >= 60% unavailable - - -",
        f"unavailable: Any treatment: {LATER}",
    ]
