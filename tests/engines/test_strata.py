"""Reports by stratum, worked out by hand, on both engines: from definitions to the aggregates."""

from collections.abc import Iterator
from typing import Any

import pytest
from count_models import build_agg_indicator, model_sql
from lab.direct import compiled
from lab.engines import DuckDbEngine, Engine, PostgresEngine
from measuremart.render.project import generated_models
from property.bench import plan_of, values
from property.evaluation import evaluation_models, seed_tables

DEFINITIONS = """
populations:
  clinic:
    person: {model: patient, sex: sex_id, sexes: {female: 8532, male: 8507}}
    episodes: {model: spell}
    stratifiers:
      ethnicity: {column: ethnic_group}
      school_age: {ages: [5, 6, 16]}
extensions:
  more:
    population: clinic
    stratifiers:
      care_group: {model: care_group, person: patient, column: group_number}
targets:
  record: {model: record, unit: null, text: null, flag: null, number: null}
subqueries:
  registered_rows: {target: record, rules: [{exact: 1}]}
  treated_rows: {target: record, rules: [{exact: 2}]}
measures:
  registered: {subquery: registered_rows}
  treated: {subquery: treated_rows}
cohorts:
  all: {definitions: {everyone: registered}}
indicators:
  by_key: {title: t, description: d, denominator: full_cohort, numerator: treated}
  by_person: {title: t, description: d, denominator: full_cohort, numerator: treated, grain: person}
reports:
  r:
    title: t
    description: d
    cohorts: [all]
    indicators: [by_key, by_person]
    stratify_by: [sex, age_band, ethnicity, school_age, care_group]
"""
# person, sex, born, ethnic group
PATIENTS = [
    (1, 8532, "2000-06-01", "Asian"),
    (2, 8532, "2000-06-01", "Asian"),
    (3, 8507, "2004-02-29", "White"),
    (4, 99, None, ""),
    (6, 8507, "1940-01-01", "it's other"),
    (7, 8532, "2000-01-01", None),
    (8, 8507, "2020-01-01", "White"),
]
# person, episode, registered on, treated; person 5 is no patient that is known
SPELLS = [
    (1, 10, "2018-05-31", True),  # 17, the day before the birthday
    (2, 20, "2018-06-01", False),  # 18
    (3, 30, "2022-02-28", True),  # 18: 29 February's birthday
    (4, 40, "2020-01-01", False),
    (5, 50, "2020-01-01", True),
    (6, 60, "2020-01-01", True),  # 80
    (6, 61, "2019-12-31", False),  # 79
    (7, 70, None, True),
    (8, 80, "2019-12-31", False),  # before birth
]
# Of an extension, in a relation of its own: the others have no row there, and 5 is a person that the person model lacks.
CARE_GROUPS = [(1, 1), (2, 2), (3, 1), (4, None), (5, 2)]
# (met, not met) by stratifier and stratum. Person 6 has two keys in two bands, and counts once where persons count:
# with the key that met.
BY_KEY = {
    ("all", "all"): (5, 4),
    ("sex", "female"): (2, 1),
    ("sex", "male"): (2, 2),
    ("sex", "unknown"): (1, 1),
    ("age_band", "0-17"): (1, 0),
    ("age_band", "18-39"): (1, 1),
    ("age_band", "65-79"): (0, 1),
    ("age_band", "80+"): (1, 0),
    ("age_band", "unknown"): (2, 2),
    ("ethnicity", "Asian"): (1, 1),
    ("ethnicity", "White"): (1, 1),
    ("ethnicity", "it's other"): (1, 1),
    ("ethnicity", "unknown"): (2, 1),
    ("school_age", "16+"): (3, 2),
    ("school_age", "unknown"): (2, 2),
    ("care_group", "1"): (2, 0),
    ("care_group", "2"): (1, 1),
    ("care_group", "unknown"): (2, 3),
}
BY_PERSON = BY_KEY | {
    ("all", "all"): (5, 3),
    ("sex", "male"): (2, 1),
    ("age_band", "65-79"): (0, 0),  # nobody is left there: zero, not nothing
    ("ethnicity", "it's other"): (1, 0),
    ("school_age", "16+"): (3, 1),
    ("care_group", "unknown"): (2, 2),
}
STUBS = {
    "run_context": "select date '2026-01-01' as as_of",
    "reference_period": "select 'year' as period_kind, date '1900-01-01' as start_date, date '2099-12-31' as end_date",
    "report_period": "select 'r' as report, 'year' as period_kind, '2018' as period, date '2018-01-01' as start_date, "
    "date '2018-12-31' as end_date",
    "dim_report": "select 'r' as report, true as is_built",
    "dim_indicator": " union all ".join(
        f"select 'r' as report, '{name}' as indicator, 1 as version, 1 as indicator_order, 't' as title, 'proportion' as statistic, "
        "cast(null as numeric(18, 6)) as benchmark_value, 'percent' as benchmark_unit, 'higher' as better, "
        f"{available} as is_available"
        for name, available in (("by_key", "true"), ("by_person", "true"), ("not_yet", "false"))
    ),
    "report_strata": "select 'r' as report, 'clinic' as population, strata.* from report__r__strata as strata",
}


@pytest.fixture(params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An engine in a transaction that is rolled back, with everything built."""
    is_duckdb = request.param == "duckdb"
    found: Engine = DuckDbEngine() if is_duckdb else PostgresEngine(request.getfixturevalue("postgres_dsn"))
    found.begin()
    try:
        build(found)
        yield found
    finally:
        found.rollback()
        found.close()


def build(engine: Engine) -> None:
    engine.execute("create temp table patient (person_id bigint, sex_id bigint, birth_date date, ethnic_group text)")
    engine.execute("create temp table care_group (patient bigint, group_number bigint)")
    engine.execute(f"insert into care_group values {rows(CARE_GROUPS)}")
    engine.execute("create temp table spell (person_id bigint, episode_id bigint)")
    engine.execute(
        "create temp table record (person_id bigint, episode_id bigint, event_id bigint, concept_id bigint, start_date date)"
    )
    engine.execute(f"insert into patient values {rows(PATIENTS)}")
    engine.execute(f"insert into spell values {rows([s[:2] for s in SPELLS])}")
    recorded = [(p, e, e, 1, on) for p, e, on, _ in SPELLS]
    recorded += [(p, e, e + 100, 2, "2023-01-01") for p, e, _, treated in SPELLS if treated]
    engine.execute(f"insert into record values {rows(recorded)}")
    engine.execute(f"create temp table run_context as {STUBS['run_context']}")
    planned = plan_of(DEFINITIONS)
    assert planned.is_valid, planned.problems
    for model in generated_models(planned.plan):
        if model.kind != "matched_rows":
            engine.execute(f"create temp table {model.name} as {compiled(model.sql, engine.name)}")
    for table, columns, its in seed_tables(planned.plan):
        engine.execute(f"create temp table {table} ({', '.join(f'{c} {t}' for c, t in columns.items())})")
        engine.execute(f"insert into {table} values {', '.join(values(columns, its))}")
    for name, text in evaluation_models(planned.plan):
        engine.execute(f"create temp table {name} as {compiled(text, engine.name)}")
    for name, query in STUBS.items():
        if name == "run_context":
            continue
        engine.execute(f"create temp table {name} as {query}")
    engine.execute(f"create temp table fct_cohort_stratum as {model_sql('marts/fct_cohort_stratum', engine)}")
    build_agg_indicator(engine)


def rows(values: list[tuple[Any, ...]]) -> str:
    return ", ".join(f"({', '.join(map(literal, row))})" for row in values)


def literal(value: Any) -> str:
    if value is None:
        return "null"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


@pytest.mark.parametrize(("indicator", "expected"), [("by_key", BY_KEY), ("by_person", BY_PERSON)])
def test_strata(engine: Engine, indicator: str, expected: dict[Any, Any]) -> None:
    query = "select stratifier, stratum, met, not_met from agg_indicator where period_kind = 'all_time' and indicator = '{}'"
    found = engine.rows(query.format(indicator))
    assert {(a, b): (met, not_met) for a, b, met, not_met in found} == expected
    assert len(found) == len(expected)


def test_every_period_and_indicator_has_every_stratum(engine: Engine) -> None:
    """A stratum without anybody is zero there, and null of an indicator that is unavailable."""
    found = engine.rows("select indicator, period_kind, stratifier, stratum, met from agg_indicator")
    grid = {(i, p, *stratum) for i in ("by_key", "by_person", "not_yet") for p in ("all_time", "year", "undated")
            for stratum in BY_KEY}  # fmt: skip
    assert {row[:4] for row in found} == grid
    assert len(found) == len(grid)
    assert {row[4] is None for row in found if row[0] == "not_yet"} == {True}
    of_2018 = {row[2:4]: row[4] for row in found if row[:2] == ("by_key", "year")}
    assert of_2018 == {s: {("all", "all"): 1, ("sex", "female"): 1, ("age_band", "0-17"): 1, ("ethnicity", "Asian"): 1,
                           ("school_age", "16+"): 1, ("care_group", "1"): 1}.get(s, 0) for s in BY_KEY}  # fmt: skip


def test_the_strata_of_a_stratifier_add_up_to_the_whole(engine: Engine) -> None:
    counts = "sum(met), sum(not_met), sum(exception), sum(unresolved), sum(excluded), sum(ineligible)"
    query = f"select indicator, period_kind, stratifier, {counts} from agg_indicator group by 1, 2, 3"
    found = {row[:3]: row[3:] for row in engine.rows(query)}
    assert {key[2] for key in found} == {"all", "sex", "age_band", "ethnicity", "school_age", "care_group"}
    for (indicator, kind, stratifier), sums in found.items():
        assert sums == found[indicator, kind, "all"], (indicator, kind, stratifier)


def test_bands_of_age_have_no_gap() -> None:
    sql = next(m.sql for m in generated_models(plan_of(DEFINITIONS).plan) if m.name == "report__r__strata")
    said = [line.strip() for line in sql.splitlines() if line.strip().startswith("when of_school_age")]
    assert said == [
        "when of_school_age >= 16 then '16+'",
        "when of_school_age >= 6 then '6-15'",
        "when of_school_age >= 5 then '5'",
        "when of_school_age >= 0 then '0-4'",
    ]
