"""`measuremart build` over a small project of every ending that dbt knows: in words, in counts, and without a cell."""

import json
import re
from pathlib import Path

import pytest
from measuremart.cli import app
from measuremart.warehouse.build import Step, build
from typer.testing import CliRunner

BASE = Path(__file__).resolve().parents[1] / "unit" / "bad_input" / "base.yml"
SECRET = "Zaphod"
PROJECT = {
    "name": "small",
    "profile": "small",
    # The generated models are not what is built here.
    "model-paths": ["own_models"],
    "test-paths": ["own_tests"],
    "seed-paths": ["own_seeds"],
    "models": {"+materialized": "table"},
}
PROFILES = {"small": {"target": "here", "outputs": {"here": {"type": "duckdb", "path": "small_project.duckdb"}}}}
GOOD = {
    "own_seeds/letter.csv": f"id,said\n1,{SECRET}\n2,{SECRET}\n",
    "own_models/layer/letters.sql": "select id, said from {{ ref('letter') }}",
    "own_models/words.yml": json.dumps({
        "models": [{
            "name": "letters",
            "columns": [{"name": "id", "data_tests": [{
                "accepted_values": {
                    "name": "known_ids", "arguments": {"values": [1]}, "description": "Ids that nobody gave. Give them.",
                    "config": {"severity": "warn"},
                }
            }]}],
        }],
    }),
    "own_tests/said_once.sql": "{{ config(severity='warn', fail_calc='sum(n)') }} "
    "select said, count(*) as n from {{ ref('letters') }} group by said having count(*) > 1",
    "own_tests/words.yml": json.dumps({"data_tests": [{"name": "said_once", "description": "Texts said\n  twice. Say them once."}]}),
}  # fmt: skip
BAD = {
    "own_models/layer/numbers.sql": "select cast(said as integer) as number from {{ ref('letters') }}",
    "own_models/layer/above.sql": "select number from {{ ref('numbers') }}",
    "own_models/layer/lost.sql": "select 1 as one from nowhere_at_all",
    "own_models/layer/refused.sql": "{% if execute %}{{ exceptions.raise_compiler_error('this cannot be') }}{% endif %} select 1 as one",
    "own_models/layer/alone.sql": "select 1 as id",
    "own_tests/nobody.sql": "select id from {{ ref('alone') }}",
}  # fmt: skip

REPORT = """\
cohorts:
  actors: {description: Those who acted., title: Actors, definitions: {all: person_acted}}
indicators:
  acting: {title: Acting, description: Who acted., denominator: full_cohort, numerator: person_acted}
reports:
  some_report: {title: Some, description: Those who acted., cohorts: [actors], indicators: [acting]}
"""

pytestmark = pytest.mark.xdist_group("build_command")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one good pack, and models and tests that warn; the current folder."""
    (tmp_path / "definitions" / "base").mkdir(parents=True)
    (tmp_path / "definitions" / "base" / "base.yml").write_text(BASE.read_text())
    write(tmp_path, {"dbt_project.yml": json.dumps(PROJECT), "profiles.yml": json.dumps(PROFILES)} | GOOD)
    for name in ("DBT_PROFILES_DIR", "DBT_TARGET", "DBT_TARGET_PATH", "DBT_LOG_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(project: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)


def run(*arguments: str) -> tuple[int, list[str], str]:
    """Return the exit code, the lines without their seconds, and what was said of errors."""
    done = CliRunner().invoke(app, ["build", *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    assert SECRET not in done.output
    lines = [re.sub(r" +\d+\.\d s", " _ s", line).rstrip() for line in done.stdout.splitlines()]
    return done.exit_code, lines, done.stderr


def test_a_warning_of_a_macro_is_named_by_what_it_is_about(project: Path) -> None:
    said = "empty subquery seen: all 820 matching rows are dropped (no episode). Load the episodes: or drop it."
    hook = "{% if execute %}{% do exceptions.warn('" + said + "') %}{% endif %}"
    write(project, {"dbt_project.yml": json.dumps(PROJECT | {"on-run-end": [hook]})})
    code, lines, _ = run()
    assert code == 0
    at = lines.index("warning: empty subquery seen")
    assert " ".join(line.strip() for line in lines[at + 1 : at + 3]).startswith(
        "all 820 matching rows are dropped (no episode). Load the episodes: or drop it."
    )
    assert not any("JinjaLogWarning" in line for line in lines)


WARNED = [
    "warning: known_ids: 1",
    "    Ids that nobody gave. Give them.",
    "warning: said_once: 2",
    "    Texts said twice. Say them once.",
]


def test_warnings_are_words_and_no_failure(project: Path) -> None:
    code, lines, _ = run()
    generated, *rest = lines
    assert re.fullmatch(r"generate _ s  \d+ subqueries, \d+ measures, \d+ reports: \d+ new", generated)
    assert rest == ["build _ s  1 seed, 1 model, 2 tests: 2 warnings", *WARNED, "dbt's log: logs/dbt.log"]
    assert code == 0
    assert (project / "models").is_dir()
    # Options are dbt's: only the seed and the model, and a log elsewhere.
    code, lines, _ = run("--exclude-resource-type", "test", "--log-path", "elsewhere")
    assert (code, lines[-1]) == (0, "build _ s  1 seed, 1 model: all well")
    assert "nothing to change" in lines[0]
    assert (project / "elsewhere" / "dbt.log").is_file()


def test_the_report_is_next_where_its_marts_were_built(project: Path) -> None:
    (project / "definitions" / "base" / "pack.yml").write_text("title: Base\nreport: some_report\n")
    write(project, {"definitions/base/report.yml": REPORT})
    around = ("agg_attribution", "dim_unavailable", "fct_dropped_event", "fct_empty_definition")
    for mart in ("agg_indicator", "dim_indicator", "dim_report", "fct_source_freshness", *around):
        write(project, {f"own_models/marts/{mart}.sql": "select 1 as a"})
    code, _, error = run("--pack", "base", "--vars", "{as_of: 2026-01-31}")
    assert code == 0
    assert error.splitlines()[-1] == "next: measuremart report some_report --vars '{as_of: 2026-01-31}'"
    for options in (
        ("--select", "letters+"),
        ("--exclude", "dim_report fct_dropped_event"),
        ("--exclude", "own_models/marts"),
    ):
        code, lines, error = run("--pack", "base", *options)
        assert code == 0, lines
        assert "next:" not in error


def test_failures_are_said_last_and_without_a_cell(project: Path) -> None:
    write(project, BAD)
    code, lines, _ = run("--log-path", "my logs")
    assert code == 8
    assert lines[1] == "build _ s  1 seed, 5 models, 3 tests: 2 warnings, 4 failures, 1 skipped because of them"
    assert lines[2:6] == WARNED
    assert lines[-1] == "dbt's log: my logs/dbt.log"
    headings = [number for number, line in enumerate(lines) if line.startswith("failure: ")]
    ends = [*headings[1:], len(lines) - 1]
    assert {lines[n]: lines[n + 1 : end] for n, end in zip(headings, ends, strict=True)} == {
        "failure: lost": [
            "    Runtime Error in model lost (own_models/layer/lost.sql)",
            "    Catalog Error: Table with name nowhere_at_all does not exist!",
        ],
        "failure: refused": [
            "    Compilation Error in model refused (own_models/layer/refused.sql)",
            "    this cannot be",
        ],
        "failure: nobody: 1": [],
        "failure: numbers": [
            "    Runtime Error in model numbers (own_models/layer/numbers.sql)",
            "    what the database says may hold a value of a patient: it is in dbt's log only",
        ],
    }


def test_what_a_source_lacks_is_said_without_the_macros_that_led_there(project: Path) -> None:
    """The message of a macro, one line a table, then what writes them all."""
    lacks = "{{ exceptions.raise_compiler_error(table ~ ' is not there: add it to the variable absent_tables') }}"
    write(project, {
        "macros/inner.sql": "{% macro need(table) %}" + lacks + "{% endmacro %}",
        "macros/outer.sql": "{% macro read(table) %}{% if execute %}{{ need(table) }}{% endif %}{% endmacro %}",
        "own_models/layer/death.sql": "{{ read('death') }} select 1 as one",
        "own_models/layer/provider.sql": "{{ read('provider') }} select 1 as one",
    })  # fmt: skip
    code, lines, _ = run()
    assert code == 8
    assert lines[-8:-2] == [
        line
        for table in ("death", "provider")
        for line in (
            f"failure: {table}",
            f"    Compilation Error in model {table} (own_models/layer/{table}.sql)",
            f"    {table} is not there: add it to the variable absent_tables",
        )
    ]
    assert lines[-2] == (
        "next: measuremart doctor --write, where the source has no such table or column: it writes them all"
    )
    assert lines[-1] == "dbt's log: logs/dbt.log"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--select", "nothing_such"], "The selection criterion 'nothing_such' does not match any enabled nodes"),
        (["--target", "there"], "The profile 'small' does not have a target named 'there'"),
        (["--frob"], "Error: No such option '--frob'."),
    ],
)
def test_where_nothing_is_built_dbt_says_why(project: Path, options: list[str], said: str) -> None:
    code, lines, error = run(*options)
    assert code == 8
    assert len(lines) == 1  # what was generated
    # Definitions have warnings of their own, above.
    assert said in error.split("dbt built nothing. It says:\n")[1]


def test_wrong_definitions_stop_it_before_dbt(project: Path) -> None:
    write(project, {"definitions/base/wrong.yml": "measures: {a: {subquery: no_such}}"})
    code, lines, error = run()
    assert (code, lines) == (5, [])
    assert error.splitlines()[-1] == "1 problem in 1 file; nothing was written"
    assert not (project / "target").exists()


def test_steps_count_up_to_the_number_of_nodes(project: Path) -> None:
    steps: list[Step] = []
    build(project, (), steps.append)
    assert [(step.number, step.of) for step in steps] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert {step.folder for step in steps} == {"seeds", "layer", "tests"}
