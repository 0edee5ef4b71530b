"""Days through the whole project, by hand, on both engines: the required date is the day (semantics.md 1), what starts
after as_of is not seen and counted (2.8), and a missing end is what its target says (2.2)."""

import csv
import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from dbt_runs import ROOT, Run, Warehouse
from measuremart.cli import app
from postgres_builds import environment, postgres_schemas
from test_staging import ABSENT, ROWS, source_columns
from typer.testing import CliRunner

pytestmark = pytest.mark.xdist_group("seen_from_a_day")

DEFINITIONS = """
subqueries:
  tests: {description: Tests., target: measurement, resolve_by: person, rules: [{exact: 1}]}
  deaths: {description: Deaths., target: death, rules: [{presence: start}]}
  diagnoses: {description: Diagnoses., target: condition, resolve_by: person, rules: [{exact: 4}]}
  exposures: {description: Drugs., target: drug, resolve_by: person, rules: [{exact: 5}]}
  stays: {description: Stays., target: visit, resolve_by: person, rules: [{presence: start}]}
  discharges: {description: Ended stays., target: visit, date: end, resolve_by: person, rules: [{presence: end}]}
  going_on: {description: Stays of no known end., target: visit, resolve_by: person, rules: [{absence: end}]}
  diseases: {description: Episodes., target: episode_of_care, rules: [{presence: start}]}
measures:
  tested: {description: Tested., subquery: tests}
  dead: {description: Dead., subquery: deaths}
  diagnosed: {description: Diagnosed., first: diagnoses}
  discharged: {description: Discharged., subquery: discharges}
  still_in: {description: In hospital still., first: going_on}
  diseased: {description: An episode of care., subquery: diseases}
  on_drug:
    description: On the drug on the day.
    window:
      {anchor: diagnosed, candidate: exposures, from: {days: 0}, to: {days: 0}, covers: true, date: anchor}
  in_hospital:
    description: In hospital on the day.
    window: {anchor: diagnosed, candidate: stays, from: {days: 0}, to: {days: 0}, covers: true, date: anchor}
cohorts:
  everyone: {description: Diagnosed., definitions: {diagnosed: diagnosed}}
indicators:
  drugged: {title: On the drug, description: On the drug., denominator: full_cohort, numerator: on_drug}
reports:
  days:
    {title: Days, description: Days., cohorts: [everyone], indicators: [drugged], periods: [year],
     levels: [care_site], attribution: visit}
"""
DAY = "2024-06-01"
SEEDED: dict[str, list[str]] = {
    "person": [f"{n} year_of_birth=1960" for n in range(1, 8)],
    "measurement": [
        "1 measurement_date=2024-03-31 measurement_datetime=2024-03-31T23:59:00",
        "2 measurement_date=2024-04-01 measurement_datetime=2024-03-31T23:30:00",
        "3 measurement_date=2024-05-01 measurement_datetime=1970-01-01T00:00:00",
        "4 measurement_datetime=2024-05-02T09:00:00",
        "5 measurement_date=2024-07-01 measurement_datetime=2024-06-30T09:00:00",
        "6 measurement_date=2024-06-30 measurement_datetime=2024-07-01T00:00:00",
    ],
    "death": ["1 death_date=2024-06-30", "2 death_date=2024-07-01"],
    "condition_occurrence": [
        *(f"{n} condition_start_date={DAY}" for n in range(1, 7)),
        "7 condition_start_date=2024-07-01",
    ],
    "drug_exposure": [
        "1 drug_exposure_start_date=2024-05-20 drug_exposure_end_date=2024-06-10",
        "2 drug_exposure_start_date=2010-01-01",
        "3 drug_exposure_start_date=2024-06-01 drug_exposure_end_date=2024-05-01",
        "4 drug_exposure_start_date=2024-06-01 drug_exposure_end_date=2024-06-01",
        # 28 days from 5 May end on 1 June, from 4 May on 31 May
        "5 drug_exposure_start_date=2024-05-05 days_supply=28",
        "6 drug_exposure_start_date=2024-05-04 days_supply=28",
    ],
    "visit_occurrence": [
        "1 visit_start_date=2010-01-01 care_site_id=51",
        "1 visit_start_date=2024-05-30 visit_end_date=2024-06-03 care_site_id=52",
        "2 visit_start_date=2010-01-01 care_site_id=51",
        "3 visit_start_date=2024-06-01 care_site_id=52",
        "4 visit_start_date=2024-06-02 visit_end_date=2024-06-01 care_site_id=52",
        "6 visit_start_date=2024-05-25 visit_end_date=2024-07-10 care_site_id=52",
    ],
    "episode": [
        "1 episode_concept_id=32533 episode_start_date=2024-01-01",
        "2 episode_concept_id=32533 episode_start_date=2024-07-01",
    ],
    "care_site": ["51", "52"],
}
CONCEPT = {"measurement": "1", "condition_occurrence": "4", "drug_exposure": "5"}
VARIABLES = {
    "packs": ["days"],
    "as_of": "2024-06-30",
    "absent_tables": sorted({*ROWS, *ABSENT} - set(SEEDED)),
    "omop_source": "schema",
}
SELECT = ["--select", "+fct_indicator_result", "+agg_indicator_by_level", "+fct_dropped_event", "+agg_attachment"]
SELECT += ["+fct_source_freshness", "+dim_episode", "+fct_measure_member"]
Ask = Callable[[str], list[tuple[Any, ...]]]


def records(table: str) -> Iterator[dict[str, str]]:
    """Return the rows of a table: the first word is the person (of a care site, its id)."""
    for number, line in enumerate(SEEDED[table], start=1):
        who, *rest = line.split()
        row = {"care_site_id": who} if table == "care_site" else {"person_id": who}
        row |= {f"{table}_id": str(number)} if table not in ("person", "death", "care_site") else {}
        stem = table.split("_")[0]
        row |= {f"{stem}_concept_id": CONCEPT[table]} if table in CONCEPT else {}
        yield row | dict(words.split("=") for words in rest)


def write_project(folder: Path) -> Path:
    """Write a copy of the project with the pack of this test beside that of OMOP."""
    project = folder / "project"
    for part in ("models", "seeds", "macros", "tests/generic", "tests/singular", "definitions/omop"):
        shutil.copytree(ROOT / part, project / part)
    for name in ("dbt_project.yml", "selectors.yml"):
        shutil.copy(ROOT / name, project)
    (project / "definitions" / "days").mkdir()
    (project / "definitions" / "days" / "days.yml").write_text(DEFINITIONS)
    done = CliRunner().invoke(app, ["generate", "--project-dir", str(project)])
    assert done.exit_code == 0, done.output
    return project


def insert(execute: Callable[..., Any], schema: str, mark: str) -> None:
    """Make the hospital's tables, all columns of which are texts."""
    execute(f"create schema {schema}")
    for table in SEEDED:
        columns = source_columns(table)
        execute(f"create table {schema}.{table} ({', '.join(f'{c} text' for c in columns)})")
        for row in records(table):
            assert set(row) <= set(columns)
            values = ", ".join([mark] * len(columns))
            execute(f"insert into {schema}.{table} values ({values})", [row.get(c) for c in columns])


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Run, Ask]]:
    folder = tmp_path_factory.mktemp(request.param)
    warehouse = Warehouse(folder, write_project(folder), request.param)
    if request.param == "duckdb":
        files = folder / "files"
        files.mkdir()
        for table in SEEDED:
            with (files / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, source_columns(table))
                writer.writeheader()
                writer.writerows(records(table))
        source = {"omop_source": "files", "omop_files": str(files), "omop_files_format": "csv"}
        yield warehouse.dbt("build", *SELECT, variables=VARIABLES | source), warehouse.rows
        return
    dsn, schema = request.getfixturevalue("postgres_dsn"), f"seen_{uuid.uuid4().hex[:8]}"
    with postgres_schemas(dsn, schema) as rows:
        connection = psycopg2.connect(dsn)
        connection.autocommit = True
        with connection.cursor() as cursor:
            insert(cursor.execute, f"{schema}_source", "%s")
        connection.close()
        given = VARIABLES | {"omop_schema": f"{schema}_source"}
        yield warehouse.dbt("build", *SELECT, variables=given, **environment(dsn, schema)), rows


@pytest.fixture
def ask(built: tuple[Run, Ask]) -> Ask:
    run, rows = built
    assert run.exit_code == 0, run.output
    return rows


def days_of(ask: Ask, measure: str) -> dict[int, date]:
    query = f"select person_id, measure_date from marts.fct_measure_member where measure = '{measure}'"
    found = ask(query)
    assert len({person for person, _ in found}) == len(found)
    return dict(found)


def test_the_required_date_is_the_day_and_a_datetime_fills_a_missing_one(ask: Ask) -> None:
    assert days_of(ask, "tested") == {
        1: date(2024, 3, 31),
        2: date(2024, 4, 1),
        3: date(2024, 5, 1),
        4: date(2024, 5, 2),
        6: date(2024, 6, 30),
    }


def test_datetimes_of_another_day_are_counted(built: tuple[Run, Ask]) -> None:
    """Tests 2, 3, 5 and 6; the count stands in dbt's words, without any value."""
    run, _ = built
    assert run.statuses["dates_and_datetimes_agree"] == "warn"
    (said,) = [line for line in run.output.splitlines() if "Got 4 results, configured to warn" in line]
    assert "2024" not in said.split("Got 4")[1]


def test_what_lies_after_as_of_is_not_seen(ask: Ask) -> None:
    assert days_of(ask, "dead") == {1: date(2024, 6, 30)}
    assert days_of(ask, "diseased") == {1: date(2024, 1, 1)}
    assert set(days_of(ask, "diagnosed")) == {1, 2, 3, 4, 5, 6}
    assert ask("select person_id, episode_id from marts.dim_episode") == [(1, 1)]


def test_a_stay_that_ends_after_as_of_has_not_ended(ask: Ask) -> None:
    assert days_of(ask, "discharged") == {1: date(2024, 6, 3), 4: date(2024, 6, 1)}
    assert set(days_of(ask, "still_in")) == {1, 2, 3, 6}
    assert set(days_of(ask, "in_hospital")) == {1, 3, 6}


def test_what_was_left_out_is_counted(ask: Ask) -> None:
    dropped = "select definition, n_rows from marts.fct_dropped_event where reason = 'after_as_of' order by 1"
    assert ask(dropped) == [("deaths", 1), ("diagnoses", 1), ("discharges", 1), ("tests", 1)]
    sources = "select source_table, n_after_as_of from marts.fct_source_freshness where n_after_as_of > 0 order by 1"
    assert ask(sources) == [("condition_occurrence", 1), ("death", 1), ("episode", 1), ("measurement", 1)]
    attached = "select target_name, n_rows from marts.agg_attachment where outcome = 'after_as_of' order by 1"
    assert ask(attached) == [("condition", 1), ("measurement", 1)]


def test_a_missing_end_of_a_drug_is_its_own_day_or_the_last_of_its_supply(ask: Ask) -> None:
    assert set(days_of(ask, "on_drug")) == {1, 4, 5}
    drugged = "select person_id from marts.fct_indicator_result where status = 'met' order by 1"
    assert ask(drugged) == [(1,), (4,), (5,)]


def test_a_visit_without_an_end_gives_its_care_site_its_own_day_only(ask: Ask) -> None:
    sites = "select entity, eligible from marts.agg_indicator_by_level where period_kind = 'all_time' order by 1"
    # 2 was there in 2010 only, 4 on no day, 5 never
    assert ask(sites) == [("51", 0), ("52", 3), ("not attributed", 3)]
