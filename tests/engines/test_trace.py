"""`measuremart trace`: the true reason of persons with one fault each, and no id in any file."""

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
import trace_world
from compared_relations import different, names, relations
from dbt_runs import ROOT, Warehouse
from measuremart.cli import app
from measuremart.pipeline import read_definitions
from measuremart.trace.gates import ORDER
from measuremart.trace.tracing import Trace, same_verdict, trace_indicator
from measuremart.trace.tree import leaves_of
from measuremart.warehouse.marts import Marts
from postgres_builds import environment, postgres_schemas
from trace_world import CASES, PERSON, VARIABLES, Case
from typer.testing import CliRunner, Result

pytestmark = pytest.mark.xdist_group("trace")


def trace(ward: Warehouse, *words: str, profiles: Path | None = None, **environment: str) -> Result:
    given = [*words, *trace_world.arguments(ward, profiles)]
    return CliRunner().invoke(app, ["trace", *given], env={"MEASUREMART_DUCKDB": str(ward.database), **environment})


def data(done: Result) -> list[dict[str, Any]]:
    assert done.exit_code == 0, done.output
    return list(json.loads(done.stdout))


def events(node: dict[str, Any]) -> list[dict[str, Any]]:
    """The events behind all leaves of a tree."""
    found = [*node.get("counted", []), *node.get("nearest", [])]
    return found + [event for child in node["children"] for event in events(child)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_true_reason_of_one_fault(ward: Warehouse, case: Case) -> None:
    words = (case.indicator, "--person", str(PERSON[case.name]), "--full")
    (found,) = data(trace(ward, *words, "--format", "json"))
    assert (found["result"]["status"], found["result"]["reason_code"]) == (case.status, case.reason)
    assert found["differs"] == []
    text = " ".join(trace(ward, *words).stdout.split())
    assert case.said in text
    (numerator,) = [part for part in found["parts"] if part["role"] == "numerator"]
    # Of two subqueries, the one that the event came furthest in names its gate.
    own = [e for e in events(numerator) if e["concept_id"] not in (1, 4)]
    gates = [e["gate"] for e in own if e["gate"] is not None]
    assert max(gates, key=ORDER.index, default=None) == case.gate or case.gate is None
    if case.status == "met":
        (counted,) = [e for e in own if e["gate"] is None]
        assert (counted["date"], counted["concept_id"], counted["number"]) == ("2024-02-10", 2, "50.0000000000")


@pytest.mark.parametrize("reason", trace_world.UNATTACHED)
def test_an_event_of_no_episode_has_its_reason(ward: Warehouse, reason: str) -> None:
    (found,) = data(trace(ward, "tested_in_time", "--person", str(PERSON[reason]), "--format", "json"))
    (numerator,) = [part for part in found["parts"] if part["role"] == "numerator"]
    assert [e["unattached"] for e in events(numerator) if e["concept_id"] == 2 and e["gate"] == "unattached"] == [
        reason
    ]


def every_trace(ward: Warehouse) -> list[Trace]:
    """The traces of every person and indicator, read as the command reads them."""
    plan = read_definitions(ward.project / "definitions", None).plan
    marts = Marts(ward.project, ward.folder / "profiles", "duckdb")
    return [
        found
        for indicator in plan.indicators.values()
        for person in PERSON.values()
        for found in trace_indicator(plan, marts, indicator, person, None, None)
    ]


def test_every_verdict_is_that_of_the_results(ward: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEASUREMART_DUCKDB", str(ward.database))
    found = every_trace(ward)
    assert len(found) == 3 * len(PERSON)
    for one in found:
        assert one.built is not None
        assert one.judged is not None
        assert same_verdict(one.built, one.judged)
        assert one.differs == ()
        assert all(leaves_of(part.tree) for part in one.parts)


def test_an_episode_that_is_not_in_the_report(ward: Warehouse) -> None:
    person = PERSON["met"]
    done = trace(ward, "tested_in_time", "--person", str(person), "--episode", str(person + 2))
    assert f"NOT IN THE REPORT. Episode {person + 2} of person {person} is in no cohort" in done.stdout.replace(
        "\n  ", " "
    )
    assert "Measure has_disease: no; the person is, 2024-01-01, in episode" in done.stdout.replace("\n    ", " ")


def test_a_person_whom_no_table_has(ward: Warehouse) -> None:
    done = trace(ward, "tested_in_time", "--person", "12")
    assert "has no person 12, and the list of opt-outs does not name the id." in done.stdout.replace("\n  ", " ")


def test_a_measure_and_the_days_of_its_window(ward: Warehouse) -> None:
    done = trace(ward, "tested_after", "--person", str(PERSON["met"]))
    assert "NOT IN. Person" in done.stdout
    assert "Around 2024-01-01 the days looked at are those from 2024-01-01 to 2024-02-01." in done.stdout


def test_a_person_has_the_best_of_the_keys_answers(ward: Warehouse) -> None:
    person = PERSON["met"]
    done = trace(ward, "person_tested", "--person", str(person))
    assert f"- Episode {person + 1}: MET." in done.stdout


def test_a_page_stands_alone(ward: Warehouse, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = trace(ward, "tested_in_time", "--person", str(PERSON["too late"]), "--html", str(page))
    assert done.exit_code == 0, done.output
    text = page.read_text(encoding="utf-8")
    assert "<h2>Verdict</h2>" in text
    assert "A day from 2024-01-31 to 2024-03-01 would have been enough." in text
    assert "src=" not in text
    assert "href=" not in text


def test_what_cannot_be_traced(ward: Warehouse) -> None:
    unknown = trace(ward, "tested_in_tim", "--person", "1")
    assert unknown.exit_code == 2
    assert "did you mean 'tested_in_time'?" in unknown.stderr
    other = trace(ward, "tested_in_time", "--person", "1", "--report", "wards")
    assert other.exit_code == 2
    assert "report 'wards' does not ask indicator 'tested_in_time'; ward does" in other.stderr


def changed(ward: Warehouse, folder: Path, statement: str) -> Warehouse:
    """Return the ward with a copy of its database, in which something was changed by hand."""
    copy = Warehouse(folder, ward.project)
    shutil.copy(ward.database, copy.database)
    with duckdb.connect(str(copy.database)) as connection:
        connection.execute(statement)
    return copy


def test_a_table_that_is_not_as_the_definitions_say(ward: Warehouse, tmp_path: Path) -> None:
    copy = changed(ward, tmp_path, "delete from measures.measure__tested")
    done = trace(copy, "tested_in_time", "--person", str(PERSON["met"]), profiles=ward.folder / "profiles")
    assert done.exit_code == 0, done.output
    said = " ".join(done.stdout.split())
    assert "The definitions say something else of the targets than stands in measure__tested." in said


def test_a_table_that_is_not_there(ward: Warehouse, tmp_path: Path) -> None:
    copy = changed(ward, tmp_path, "drop table measures.measure__tested")
    done = trace(copy, "tested_in_time", "--person", str(PERSON["met"]), profiles=ward.folder / "profiles")
    assert done.exit_code == 8
    assert "measure__tested is not built there: is its pack in the dbt variable 'packs'?" in done.stderr


def through_dbt(ward: Warehouse, folder: Path) -> Path:
    """Return a folder with a profile whose path only dbt can work out."""
    text = (ROOT / "profiles.example.yml").read_text(encoding="utf-8")
    (folder / "profiles.yml").write_text(text.replace("'measuremart_demo.duckdb') }}", "'none') | trim }}"))
    return folder


def files_with(folders: list[Path], person: int) -> list[str]:
    """Return the files that hold an id."""
    files = (file for folder in folders for file in folder.rglob("*") if file.is_file())
    return sorted(file.name for file in files if str(person).encode() in file.read_bytes())


def test_dbt_says_the_same_and_no_id_is_left(ward: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The id that is asked about stands in the seeds, from which the ward was built, and nowhere else."""
    project = tmp_path / "project"
    shutil.copytree(ward.project, project)
    for name in ("note.csv", "patient.csv", "pathway.csv"):
        (project / "seeds" / "world" / name).unlink()
    (project / "seeds" / "world" / "world.yml").unlink()
    for name, columns in (("note", "event_id"), ("patient", "person_id"), ("pathway", "person_id")):
        (project / "models" / f"{name}.sql").write_text(f"select {columns} from only_named")
    (tmp_path / "temporary").mkdir()
    (tmp_path / "profiles").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    copy = Warehouse(ward.folder, project)
    words = ("tested_in_time", "--person", str(PERSON["unit"]), "--format", "json")
    by_dbt = trace(copy, *words, profiles=through_dbt(ward, tmp_path / "profiles"))
    by_file = trace(copy, *words)
    assert data(by_dbt) == data(by_file)
    assert files_with([tmp_path], PERSON["unit"]) == []
    assert list((tmp_path / "temporary").iterdir()) == []


def test_postgres_says_the_same(ward: Warehouse, postgres_dsn: str, tmp_path: Path) -> None:
    """And every relation has the same rows; of the whole demo that is shown by test_postgres_demo.py."""
    at = environment(postgres_dsn, "traced")
    built = Warehouse(tmp_path, ward.project, "postgres")
    with postgres_schemas(postgres_dsn, "traced") as rows:
        run = built.dbt("build", "--exclude-resource-type", "test", variables=VARIABLES, **at)
        assert run.exit_code == 0, run.output
        words = ("tested_in_time", "--person", str(PERSON["number"]), "--format", "json")
        assert data(trace(built, *words, **at)) == data(trace(ward, *words))
        assert names(rows, "traced") == set(relations(ward))
        assert len(relations(ward)) > 60
        assert not different(ward, rows, "traced")
    assert files_with([ward.project / "logs", ward.project / "target", tmp_path / "logs"], PERSON["number"]) == []
