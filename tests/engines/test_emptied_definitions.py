"""A definition that is empty although there is something to be in it is said aloud (semantics.md 2.3, 4.3)."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import small_project
from dbt_runs import ROOT, Warehouse
from lab.direct import compiled
from lab.engines import DuckDbEngine, Engine, PostgresEngine
from measuremart.cli import app
from postgres_builds import environment, postgres_schemas
from typer.testing import CliRunner

LOAD = "Load the episodes or keys that these rows belong to, or give the subquery resolve_by: person."
MATCHED = {  # the rows of matches, by reason; null: members
    "kept": [(None, 3), ("no_episode", 4)],
    "emptied": [("no_episode", 820), ("after_as_of", 2)],
    "unasked": [],
}
# Two needs of `both_of`: a, and one of b or c. `one_missing` needs d, which has no members either.
PARTS = [
    ("both_of", 1, "measure", "a"),
    ("both_of", 2, "measure", "b"),
    ("both_of", 2, "match", "match__kept"),
    ("one_missing", 1, "measure", "a"),
    ("one_missing", 2, "measure", "d"),
    ("has_members", 1, "measure", "a"),
    ("not_reported", 1, "measure", "a"),
]


@pytest.fixture(params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    is_duckdb = request.param == "duckdb"
    found: Engine = DuckDbEngine() if is_duckdb else PostgresEngine(request.getfixturevalue("postgres_dsn"))
    try:
        found.begin()
        yield found
        found.rollback()
    finally:
        found.close()


def fill(engine: Engine, name: str, columns: str, rows: list[tuple[object, ...]]) -> None:
    engine.execute(f"create temp table {name} ({columns})")
    for row in rows:
        values = ", ".join("null" if v is None else str(v) if isinstance(v, int) else f"'{v}'" for v in row)
        engine.execute(f"insert into {name} values ({values})")


def test_what_is_emptied_and_why(engine: Engine) -> None:
    texts = "construct text, definition text, match_name text, target_name text, reason text, n_rows bigint"
    rows = [
        ("p", "subquery", name, f"match__{name}", "condition", reason, n)
        for name, counts in MATCHED.items()
        for reason, n in counts
    ]
    # an OR that cannot lift a person has no match
    rows.append(("p", "measure", "lifted", "", "", "no episode to lift to", 5))
    fill(engine, "matched_rows", f"pack text, {texts}", rows)
    fill(engine, "measure_members", "measure text", [("a",), ("a",), ("b",), ("has_members",)])
    fill(engine, "catalogue_measure_part", "measure text, need bigint, construct text, part text", PARTS)
    fill(engine, "dim_report", "report text, pack text, is_built boolean", [("r", "p", True), ("other", "q", False)])
    fill(engine, "catalogue_cohort", "report text, measure text", [("r", None), ("r", "both_of"), ("r", "has_members")])
    fill(
        engine,
        "catalogue_report_indicator",
        "report text, denominator text, numerator text",
        [
            ("r", "full_cohort", "one_missing"),
            ("r", "both_of", "has_members"),
            ("other", "full_cohort", "not_reported"),
        ],
    )
    fill(engine, "run_context", "as_of date", [("2025-01-01",)])
    sql = (ROOT / "models/marts/fct_empty_definition.sql").read_text(encoding="utf-8")
    found = engine.rows(f"select kind, definition, reason, n_rows from ({compiled(sql, engine.name)}) as f")
    assert sorted(found) == [
        ("denominator", "both_of", "parts_do_not_meet", 2),
        ("sub_cohort", "both_of", "parts_do_not_meet", 2),
        ("subquery", "emptied", "after_as_of", 2),
        ("subquery", "emptied", "no_episode", 820),
    ]


# --- through dbt and the commands: a source without episodes

DEFINITIONS = {
    "ward/ward.yml": """
populations:
  clinic:
    person: {model: patient, id: person_id, birth_date: null}
    episodes: {model: pathway, person: person_id, id: episode_id, start: start_date, end: end_date}
targets:
  note: {model: note, dates: {start: start_date}, unit: null, number: null, text: null, flag: null}
subqueries:
  patient_seen: {target: note, resolve_by: person, rules: [{exact: 1}]}
  treated_recorded: {target: note, rules: [{exact: 2}]}
  unmatched: {target: note, rules: [{exact: 3}]}
measures:
  seen: {subquery: patient_seen}
  treated: {at: person, of: {or: [{subquery: treated_recorded}, {subquery: unmatched}]}}
  seen_again: {count: {of: seen, at_least: 2}}
cohorts:
  all_seen: {definitions: {seen: seen}}
indicators:
  any_treatment: {title: Any treatment, description: d, denominator: full_cohort, numerator: treated}
  return: {title: Return, description: d, denominator: full_cohort, numerator: seen_again}
reports:
  ward: {title: The ward, description: d, cohorts: [all_seen], indicators: [any_treatment, return]}
"""
}
WORLD: small_project.World = {
    "patient": ({"person_id": "bigint"}, [(1,), (2,)]),
    "pathway": (
        dict.fromkeys(("person_id", "episode_id"), "bigint") | dict.fromkeys(("start_date", "end_date"), "date"),
        [],
    ),
    "note": (
        dict.fromkeys(("event_id", "person_id", "episode_id", "concept_id"), "bigint") | {"start_date": "date"},
        [(n, n, "", concept, "2024-01-10") for n in (1, 2) for concept in (1, 2)],
    ),
}
ABSENT = [path.stem.removeprefix("stg_omop__") for path in sorted((ROOT / "models/core/staging/omop").glob("*.sql"))]
VARIABLES = {"packs": ["ward"], "as_of": "2024-12-31", "omop_source": "schema", "absent_tables": ABSENT}
SCHEMA = "emptied_by_test"
TEST = "tests/singular/emptied_definitions.sql"


@pytest.mark.parametrize("target", ["duckdb", "postgres"])
def test_a_source_without_episodes_warns_and_the_report_says_so(
    tmp_path: Path, target: str, request: pytest.FixtureRequest
) -> None:
    project = small_project.write_project(tmp_path, DEFINITIONS, WORLD)
    (project / TEST).write_text((ROOT / TEST).read_text())
    built = Warehouse(tmp_path, project, target)
    given = {"MEASUREMART_DUCKDB": str(built.database)}
    with ExitStack() as stack:
        if target == "postgres":
            dsn = request.getfixturevalue("postgres_dsn")
            stack.enter_context(postgres_schemas(dsn, SCHEMA))
            given |= environment(dsn, SCHEMA)
        run = built.dbt("build", variables=VARIABLES, **given)
        assert run.exit_code == 0, run.output
        assert "Warning in test emptied_definitions" in run.output
        assert "Got 2 results" in run.output
        # by name, with count and remedy, as dbt prints it
        said = " ".join(run.output.split())
        assert f"empty subquery treated_recorded: all 2 matching rows are dropped (no episode). {LOAD}" in said
        assert "empty numerator seen_again: no members, although each of its parts has some. No key meets all" in said
        assert "empty subquery patient_seen" not in said
        where = ["--project-dir", str(project), "--profiles-dir", str(tmp_path / "profiles"), "--target", target]
        done = CliRunner().invoke(app, ["report", "ward", *where, "--vars", json.dumps(VARIABLES)], env=given)
        assert done.exit_code == 0, done.output
    assert [line for line in done.stdout.splitlines() if line.startswith("EMPTY")] == [
        "EMPTY: numerator seen_again: no members, although each of its parts has some. No key meets all of "
        "them: compare their grains, windows, counts and filters. With at: person, parts in different episodes meet.",
        f"EMPTY: subquery treated_recorded: all 2 matching rows are dropped (no episode). {LOAD}",
    ]
