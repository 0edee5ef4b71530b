"""Persons who have opted out are in no mart; the tests that look for them find one who is there.

On each engine the demo is built with a list; then one more person opts out, and dbt's own tests must fail until the next
build.
"""

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest
import yaml
from dbt_runs import ROOT, Warehouse, lean_project, shared_folder
from lab.tiers import size
from measuremart.cli import app
from page_runs import blocks
from postgres_builds import environment, postgres_schemas
from typer.testing import CliRunner

# Person 1 has two episodes in the demo's cohort; 2, 3 and 4 one or none.
LIST = [
    ("omop", 1, "audit", "2026-06-30"),  # the last day that counts
    ("omop", 2, " ANY ", None),  # for all purposes, for ever
    ("omop", 3, "research", "2020-01-01"),  # not what this build is for
    ("omop", 4, "audit", "2026-07-01"),  # only from the day after as_of
    ("epilepsy12", 5, "audit", "2020-01-01"),  # person 5 of another population
]
GONE, STAY = {1, 2}, {3, 4, 5}
LATER = "insert into consent_of_test.opt_out values ('omop', 3, 'audit', '2026-06-30')"
VARIABLES = {"opt_out_table": "opt_out", "opt_out_schema": "consent_of_test"}
LUNG: dict[str, Any] = {"packs": ["oncology", "lung"]}
BUILD = ("build", "--exclude-resource-type", "test")
MARTS = [
    *("dim_person", "dim_episode", "fct_measure_member", "fct_cohort_member"),
    *("fct_indicator_member", "fct_indicator_result"),
]
LOOKING = ["opted_out_persons_are_gone", "no_opted_out_person_report__lung_mdt__dataset_omop"]
CREATE = [
    "create schema consent_of_test",
    "create table consent_of_test.opt_out (population varchar, person_id bigint, purpose varchar, opted_out_on date)",
]


pytestmark = pytest.mark.xdist_group("demo")


PAGE = blocks((ROOT / "docs" / "how-to" / "honour-opt-outs.md").read_text(encoding="utf-8"))
(PAGE_COMMAND,) = [shlex.split(block.text)[1:] for block in PAGE if block.kind == "sh"]


def test_the_settings_and_the_sql_of_the_page() -> None:
    (settings,) = [yaml.safe_load(block.text) for block in PAGE if block.kind == "yaml"]
    assert settings.keys() - {"purpose"} == VARIABLES.keys()
    declared = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    assert settings["purpose"] in declared["purposes"]
    staging = (ROOT / "models/core/staging/omop/stg_omop__death.sql").read_text(encoding="utf-8")
    written = [block.text.strip().replace("my_population", "omop") for block in PAGE if block.kind == "sql"]
    assert len(written) == 2
    assert [part for part in written if part not in staging] == []


def inserted() -> str:
    def literal(value: object) -> str:
        return "null" if value is None else f"'{value}'"

    return "insert into consent_of_test.opt_out values " + ", ".join(
        f"({', '.join(literal(v) for v in row)})" for row in LIST
    )


def traced(warehouse: Warehouse, **given: str) -> Callable[[int], str]:
    """Return what says the verdicts that `measuremart trace` prints of a person."""
    project = lean_project(shared_folder() / "lean", LUNG["packs"])
    where = ["--project-dir", str(project), "--definitions", str(ROOT / "definitions"), "--target", warehouse.target]
    where += ["--profiles-dir", str(warehouse.folder / "profiles"), "--vars", json.dumps(LUNG | VARIABLES)]

    def verdict(person: int) -> str:
        words = ["trace", "mdt_discussion", "--person", str(person), "--format", "json", *where]
        done = CliRunner().invoke(app, words, env=warehouse.environment(**given))
        assert done.exit_code == 0, done.output
        return "; ".join(
            " ".join(line["text"] for line in trace["sections"][0]["lines"]) for trace in json.loads(done.stdout)
        )

    return verdict


@pytest.fixture(scope="module", params=["duckdb", pytest.param("postgres", marks=pytest.mark.long)])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """(dbt, rows, write, engine, verdict of a person) of the demo, built with the list."""
    warehouse = Warehouse(tmp_path_factory.mktemp(f"opt_outs_{request.param}"), target=request.param)
    if request.param == "duckdb":

        def write(*statements: str) -> None:
            with duckdb.connect(str(warehouse.database)) as connection:
                for statement in statements:
                    connection.execute(statement)

        write(*CREATE, inserted())
        run = warehouse.dbt(*BUILD, variables=LUNG | VARIABLES)
        assert run.exit_code == 0, run.output
        yield warehouse.dbt, warehouse.rows, write, "duckdb", traced(warehouse)
        return
    dsn = request.getfixturevalue("postgres_dsn")
    with postgres_schemas(dsn, "opt_outs") as rows:
        given = environment(dsn, "opt_outs")

        def dbt(*arguments: str, **options: Any) -> Any:
            return warehouse.dbt(*arguments, **options, **given)

        try:
            for statement in (*CREATE, inserted()):
                rows(statement)
            run = dbt(*BUILD, variables=LUNG | VARIABLES)
            assert run.exit_code == 0, run.output
            yield dbt, rows, rows, "postgres", traced(warehouse, **given)
        finally:
            rows("drop schema if exists consent_of_test cascade")


def test_opted_out_persons_are_gone_and_one_who_is_there_is_found(built: Any, demo: Warehouse) -> None:
    dbt, rows, write, engine, _ = built
    everybody = {mart: _persons(demo.rows, mart) for mart in MARTS}
    assert everybody["dim_person"] >= GONE | STAY
    assert all(persons & GONE for persons in everybody.values())
    run = dbt(*PAGE_COMMAND, variables=LUNG | VARIABLES)
    assert {run.statuses[name] for name in LOOKING} == {"pass"}, run.output
    assert run.statuses["opt_outs_are_understood"] == "pass"
    for mart in MARTS:
        assert _persons(rows, mart) == everybody[mart] - GONE, mart
    cohort = {person for (person,) in rows("select distinct subject_id from results.cohort")}
    assert cohort
    assert not cohort & GONE
    everyone = "select distinct n_persons from marts.agg_attrition where report = 'lung_mdt' and step = 'everyone'"
    assert rows(everyone) == [(len(everybody["dim_person"]) - len(GONE),)]

    # The list is longer now, but no mart has been rebuilt: they still hold person 3.
    write(LATER)
    run = dbt("build", "--select", "opted_out_person", *LOOKING, variables=LUNG | VARIABLES)
    assert {run.statuses[name] for name in LOOKING} == {"fail"}, run.output
    if engine == "duckdb":
        run = dbt("run", *size(["--select", "+dim_person"], []), variables=LUNG | VARIABLES)
        assert run.exit_code == 0, run.output
        assert not _persons(rows, "dim_person") & {1, 2, 3}
        if size(False, True):
            run = dbt("test", "--select", *LOOKING, variables=LUNG | VARIABLES)
            assert {run.statuses[name] for name in LOOKING} == {"pass"}, run.output
            assert {mart: _persons(rows, mart) & {1, 2, 3} for mart in MARTS} == {mart: set() for mart in MARTS}


def test_a_trace_says_that_a_person_has_opted_out(built: Any) -> None:
    """And not of one whose opt-out does not hold, nor of an id that nobody has."""
    *_, verdict = built
    assert verdict(1) == "OPTED OUT. Person 1 has opted out of what this was built for, so no table has the person."
    assert "OPTED OUT" not in verdict(5)
    assert verdict(7_770_002) == (
        "The population has no person 7770002, and the list of opt-outs does not name the id."
    )


# A list of one row, with columns of text: what is wrong with the row, which names a person whom the good build holds, is said.
# Both commands begin alike, so that they need not both meet each fault.
FAULTS = [
    ("build", "('ompo', '3', 'any', null)", "1 of 1 rows name a population that no definition has"),
    ("run", "('ompo', '3', 'any', null)", "1 of 1 rows name a population that no definition has"),
    ("run", "('omop', '3', 'any', '30/06/2026')", "1 of 1 rows have an opted_out_on that is not a day"),
    ("build", "('omop', 'three', 'any', null)", "1 of 1 rows have a person_id that is not a whole number"),
]
COLUMNS = "(population varchar(40), person_id varchar(40), purpose varchar(40), opted_out_on varchar(40))"
MARK = "of the good build"


def test_a_list_that_cannot_be_understood_changes_nothing(built: Any) -> None:
    """No table of the whole project is made, replaced or emptied: a table that is made again would lose its comment."""
    dbt, rows, write, engine, _ = built
    marks = [f"comment on {kind} {schema}.{name} is '{MARK}'" for schema, name, kind in _relations(rows, engine)]
    write(";\n".join(marks))
    write(f"create table consent_of_test.wrong_list {COLUMNS}")
    good = _stored(rows, engine)
    assert len(good) > 200
    assert {comment for _, _, comment, *_ in good} == {MARK}
    for command, row, said in size(FAULTS[:2], FAULTS):  # each fault over staging alone: test_opt_outs_stop.py
        write("delete from consent_of_test.wrong_list")
        write(f"insert into consent_of_test.wrong_list values {row}")
        run = dbt(command, variables=LUNG | VARIABLES | {"opt_out_table": "wrong_list"})
        assert run.exit_code != 0
        assert "the list of opt-outs consent_of_test.wrong_list cannot be understood" in run.output, run.output
        assert said in run.output
        assert _stored(rows, engine) == good


def _relations(rows: Any, engine: str) -> list[tuple[str, str, str]]:
    """Schema, name and kind (table or view) of whatever dbt has built, in order."""
    ours = "table_schema like 'opt_outs%'" if engine == "postgres" else "table_catalog = current_database()"
    return sorted(
        (schema, name, "view" if kind == "VIEW" else "table")
        for schema, name, kind in rows(
            "select table_schema, table_name, table_type from information_schema.tables "
            f"where {ours} and table_schema <> 'consent_of_test'"
        )
    )


def _stored(rows: Any, engine: str) -> list[tuple[Any, ...]]:
    """Schema, name, comment, number of rows and sum of their hashes of each relation."""
    if engine == "postgres":
        comment, hashed = "obj_description('{0}.{1}'::regclass, 'pg_class')", "hashtext(one::text)"
    else:
        comment = "(select max(comment) from duckdb_{2}s() where schema_name = '{0}' and {2}_name = '{1}')"
        hashed = "hash(one) % 1000000007"
    each = f"select '{{0}}', '{{1}}', {comment}, count(*), sum({hashed}) from {{0}}.{{1}} as one"
    return sorted(rows(" union all ".join(each.format(*relation) for relation in _relations(rows, engine))))


def _persons(rows: Any, mart: str) -> set[int]:
    return {person for (person,) in rows(f"select distinct person_id from marts.{mart}")}


def test_every_mart_with_persons_is_searched() -> None:
    files = [
        *sorted((ROOT / "models" / "marts").glob("_*.yml")),
        ROOT / "models" / "marts" / "results" / "_results.yml",
    ]
    holding = {
        model["name"]
        for file in files
        for model in yaml.safe_load(file.read_text()).get("models", [])
        for column in model["columns"]
        if column["name"] in ("person_id", "subject_id", "person_key")
    }
    said = (ROOT / "tests" / "singular" / "opted_out_persons_are_gone.sql").read_text()
    assert holding == {*MARTS, "cohort", "fct_cohort_stratum"}
    assert all(f"'{mart}'" in said for mart in holding)


def test_every_staging_model_with_persons_leaves_them_out() -> None:
    files = [f for f in (ROOT / "models" / "core" / "staging" / "omop").glob("*.sql") if "'person_id'" in f.read_text()]
    assert len(files) == 11
    for file in files:
        said = " ".join(file.read_text().split())
        assert "from {{ ref('opted_out_person') }} where population = 'omop'" in said, file.name
        assert "not exists ( select 1 from opted_out where opted_out.person_id" in said, file.name


# dbt in one process, with one set of variables after another: what each lets opt out.
RUNS = """
import json, sys
import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

database, arguments, settings = json.load(sys.stdin)
answers = []
for variables in settings:
    result = dbtRunner().invoke([*arguments, "--vars", json.dumps(variables)])
    DuckDBConnectionManager.close_all_connections()
    with duckdb.connect(database, read_only=True) as connection:
        rows = connection.execute("select person_id from opted_out_person where population = 'omop'").fetchall()
    answers.append([result.success, sorted(row[0] for row in rows)])
print(json.dumps(answers))
"""


def test_whose_opt_out_holds(consent: Warehouse) -> None:
    cases: list[tuple[dict[str, Any], set[int]]] = [
        ({}, {1, 2}),
        ({"purpose": "research"}, {2, 3}),
        ({"purpose": "care"}, {2}),
        ({"opt_outs_until": "2026-07-01"}, {1, 2, 4}),
        ({"opt_outs_until": "2026-06-29"}, {2}),
        ({"as_of": "2026-07-01"}, {1, 2, 4}),
        ({"purposes": ["audit", "care"]}, {1, 2, 3}),  # nobody knows what research is: it holds for all
    ]
    with duckdb.connect(str(consent.database)) as connection:
        for statement in (*CREATE, inserted()):
            connection.execute(statement)
    given = [str(consent.database), consent.arguments("run", "--quiet"), [DEFAULTS | VARIABLES | v for v, _ in cases]]
    done = subprocess.run(
        [sys.executable, "-c", RUNS],
        input=json.dumps(given),
        env=consent.environment(),
        cwd=consent.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    answers = json.loads(done.stdout.splitlines()[-1])
    assert answers == [[True, sorted(gone)] for _, gone in cases]


def test_a_purpose_that_is_not_listed_stops_the_build(consent: Warehouse) -> None:
    run = consent.dbt("run", variables=DEFAULTS | {"purpose": "audti"})
    assert run.exit_code != 0
    assert "purpose is 'audti'; it can be one of purposes: care, audit, planning, research" in run.output


def test_without_a_list_nobody_has_opted_out(consent: Warehouse) -> None:
    run = consent.dbt("run", variables=DEFAULTS)
    assert run.exit_code == 0, run.output
    assert consent.rows("select * from opted_out_person") == []


DEFAULTS = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]


@pytest.fixture
def consent(scratch: Warehouse) -> Warehouse:
    """A project of the clock and the models of consent alone."""
    for file in (
        ROOT / "models" / "core" / "periods" / "run_context.sql",
        *(ROOT / "models" / "core" / "staging" / "consent").iterdir(),
    ):
        shutil.copy(file, scratch.project / "models" / file.name)
    # Where the names of populations are read from.
    (scratch.project / "models" / "population_persons.sql").write_text("select 'epilepsy12' as population")
    return scratch
