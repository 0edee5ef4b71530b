"""`measuremart diff --data`: what it counts is what two whole builds say, compared here by hand."""

import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest
import small_project
import trace_world
from dbt_runs import ROOT, Warehouse
from measuremart.cli import app
from postgres_builds import environment, postgres_schemas
from trace_world import CASES, PERSON, VARIABLES
from typer.testing import CliRunner

pytestmark = pytest.mark.xdist_group("demo")
# A concept more, and a longer window: what is edited in the demo, as text before and after.
EDITS = {
    "subqueries.yml": [
        ("exact: {id: 44790273, name: Team meeting about a person}\n\n  mdt_meeting_observation", "exact: [44790273, 4147722]\n\n  mdt_meeting_observation"),
    ],
    "indicators.yml": [("after: {days: 42}}\n    reference_date: cohort\n    benchmark: {value: 85", "after: {days: 80}}\n    reference_date: cohort\n    benchmark: {value: 85")],
}  # fmt: skip
Key = tuple[Any, ...]


def committed(project: Path) -> None:
    git = ["git", "-C", str(project), "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "definitions"], ["commit", "-qm", "one"]):
        subprocess.run([*git, *words], check=True, capture_output=True)


def edited(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    file.write_text(text.replace(old, new), encoding="utf-8")


def compared(warehouse: Warehouse, *words: str, variables: dict[str, Any], **given: str) -> dict[str, Any]:
    """What `diff --data` says as data."""
    where = ["--project-dir", str(warehouse.project), "--profiles-dir", str(warehouse.folder / "profiles")]
    where += ["--target", warehouse.target, "--vars", json.dumps(variables), "--format", "json"]
    done = CliRunner().invoke(app, ["diff", "--data", *words, *where], env=warehouse.environment(**given))
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


def keys_by_change(was: set[Key], now: set[Key]) -> Counter[str]:
    """Keys of a measure or report that entered, left or have other dates; rows are keys with their date last."""
    old, new = {row[:3] for row in was}, {row[:3] for row in now}
    dated = {row[:3] for row in was ^ now} & old & new
    return Counter({"entered": len(new - old), "left": len(old - new), "other dates": len(dated)}) - Counter()


def members(database: Path) -> dict[str, set[Key]]:
    """The rows of all measures and reports of a build, by relation."""
    with duckdb.connect(str(database), read_only=True) as connection:
        names = connection.execute(
            "select table_schema, table_name from information_schema.tables where table_name like 'measure\\_\\_%' escape '\\' "
            "or (table_name like 'report\\_\\_%' escape '\\' and table_name not like 'report\\_\\_%\\_\\_%' escape '\\')"
        ).fetchall()
        columns = "person_id, episode_id, measure_resolver, measure_date"
        return {
            name: set(connection.execute(f"select {columns} from {schema}.{name}").fetchall()) for schema, name in names
        }


def results(database: Path) -> dict[tuple[str, str], dict[Key, tuple[Any, ...]]]:
    """What each indicator of a build says of each key, by report and indicator."""
    found: dict[tuple[str, str], dict[Key, tuple[Any, ...]]] = {}
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(
            "select report, indicator, person_id, episode_id, measure_resolver, status, reason_code, denominator_date, "
            "numerator_date from marts.fct_indicator_result"
        ).fetchall()
    for report, indicator, *key_and_said in rows:
        found.setdefault((report, indicator), {})[tuple(key_and_said[:3])] = tuple(key_and_said[3:])
    return found


def moved_keys(was: dict[Key, Any], now: dict[Key, Any]) -> Counter[str]:
    absent = ("absent",)
    pairs = ((was.get(key, absent), now.get(key, absent)) for key in {*was, *now})
    return Counter(f"{old[0]} -> {new[0]}" for old, new in pairs if old != new)


def by_hand(before: Path, after: Path) -> dict[tuple[str, str | None], Counter[str]]:
    """Every measure, report and indicator in which a key moved between two whole builds, with the keys by change."""
    old, new = members(before), members(after)
    found: dict[tuple[str, str | None], Counter[str]] = {}
    for name in {*old, *new}:
        kind, own = name.split("__", 1)
        found[own, own if kind == "report" else None] = keys_by_change(old.get(name, set()), new.get(name, set()))
    was, now = results(before), results(after)
    for report, indicator in {*was, *now}:
        found[indicator, report] = moved_keys(was.get((report, indicator), {}), now.get((report, indicator), {}))
    return {what: moves for what, moves in found.items() if moves}


def as_told(said: dict[str, Any]) -> dict[tuple[str, str | None], Counter[str]]:
    return {
        (one["name"], one["report"]): Counter({move["change"]: move["keys"] for move in one["moves"]})
        for one in said["data"]
        if one["moves"]
    }


@pytest.mark.long
def test_the_demo_moves_as_two_whole_builds_say(demo: Warehouse, tmp_path: Path) -> None:
    """Both versions are built whole; the first is the demo that all tests share."""
    project = tmp_path / "project"
    for part in ("definitions", "models", "macros", "seeds", "tests/generic", "tests/singular"):
        shutil.copytree(ROOT / part, project / part)
    for name in ("dbt_project.yml", "selectors.yml"):
        shutil.copy(ROOT / name, project)
    committed(project)
    for file, pairs in EDITS.items():
        for old, new in pairs:
            edited(project / "definitions" / "lung" / file, old, new)
    after = Warehouse(tmp_path, project)
    assert CliRunner().invoke(app, ["generate", "--project-dir", str(project)]).exit_code == 0
    run = after.dbt("build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
    assert run.exit_code == 0, run.output
    expected = by_hand(demo.database, after.database)
    assert ("discussed_at_mdt", None) in expected
    assert ("mdt_discussion", "lung_mdt") in expected
    (tmp_path / "diff").mkdir()
    beside = Warehouse(tmp_path / "diff", project)
    beside.arguments()
    said = compared(beside, variables={})
    assert as_told(said) == expected
    assert not any(move["examples"] for one in said["data"] for move in one["moves"])
    (mdt,) = [one for one in said["data"] if one["name"] == "discussed_at_mdt"]
    assert {way["concept"] for way in mdt["through"]} == {4147722}
    with duckdb.connect(str(beside.database), read_only=True) as connection:
        left = connection.execute("select count(*) from information_schema.tables").fetchall()
    assert left == [(0,)]


CHANGED = [("value: 58, unit: 9", "value: 62, unit: 9"), ("rules: [{exact: 4}]", "rules: [{exact: [4, 99]}]")]


@pytest.mark.parametrize("target", ["duckdb", "postgres"])
def test_the_ward_moves_through_the_rule_and_concept_that_were_edited(
    target: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """A number of 60 counts now; concept 99 makes one key due on one day more, without another status."""
    project = small_project.write_project(tmp_path, trace_world.DEFINITIONS, trace_world.world())
    committed(project)
    for old, new in CHANGED:
        edited(project / "definitions" / "ward" / "ward.yml", old, new)
    warehouse = Warehouse(tmp_path, project, target)
    warehouse.arguments()
    if target == "duckdb":
        said = compared(warehouse, "--ids", "1", variables=VARIABLES)
    else:
        dsn = request.getfixturevalue("postgres_dsn")
        with postgres_schemas(dsn, "compared") as rows:
            said = compared(warehouse, "--ids", "1", variables=VARIABLES, **environment(dsn, "compared"))
            assert rows("select nspname from pg_namespace where nspname like 'compared%'") == []
    number = str(PERSON["number"])
    told = {(one["name"], one["report"]): one for one in said["data"] if one["moves"]}
    assert set(told) == {
        ("tested", None),
        ("due", None),
        ("tested_in_time", "ward"),
        ("ever_tested", "ward"),
        ("person_tested", "ward"),
    }
    (entered,) = told["tested", None]["moves"]
    episode = str(PERSON["number"] + 1)
    assert entered == {"change": "entered", "keys": 1, "persons": 1, "examples": [[number, episode, episode]]}
    (way,) = told["tested_in_time", "ward"]["through"]
    assert (way["subquery"], way["concept"], way["keys"], way["what"]) == ("blood_test", 2, 1, "counts now")
    assert way["rule"] == "concept_id is 2 and value_number is below 62 and unit_id is 9"
    said_of = [case.status for case in CASES if case.indicator == "tested_in_time"]
    met, eligible = said_of.count("met"), said_of.count("met") + said_of.count("not_met")
    assert told["tested_in_time", "ward"]["rates"] == {"before": [met, eligible], "after": [met + 1, eligible]}
    assert [move["change"] for move in told["due", None]["moves"]] == ["other dates"]


def test_without_a_change_nothing_is_built(tmp_path: Path) -> None:
    project = small_project.write_project(tmp_path, trace_world.DEFINITIONS, trace_world.world())
    committed(project)
    warehouse = Warehouse(tmp_path, project)
    warehouse.arguments()
    assert compared(warehouse, variables=VARIABLES) == {"definitions": [], "data": []}
    assert not warehouse.database.exists()
