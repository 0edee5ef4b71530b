"""`measuremart watch`: after an edit, results and measures are those of a whole build; wording builds nothing."""

import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest
import small_project
import trace_world
from dbt_runs import Warehouse
from measuremart.cli import app
from postgres_builds import environment, postgres_schemas
from test_diff_data import by_hand, edited, members, results
from trace_world import CASES, VARIABLES, arguments
from typer.testing import CliRunner, Result

pytestmark = pytest.mark.xdist_group("trace")
NUMBER = ("value: 58, unit: 9", "value: 62, unit: 9")
_OF_INTEREST = [case.status for case in CASES if case.indicator == "tested_in_time"]
MET = _OF_INTEREST.count("met")
ELIGIBLE = MET + _OF_INTEREST.count("not_met")
LINE = rf"tested_in_time in ward: {MET} of {ELIGIBLE} \([\d.]+%\) -> {MET + 1} of {ELIGIBLE} \([\d.]+%\)"


def watch(built: Warehouse, *words: str, **given: str) -> Result:
    return CliRunner().invoke(app, ["watch", *arguments(built), *words], env=built.environment(**given))


@pytest.fixture
def copied(ward: Warehouse, tmp_path: Path) -> Warehouse:
    """The ward as it was built, in a folder of the test's own."""
    shutil.copytree(ward.folder, tmp_path / "ward")
    return Warehouse(tmp_path / "ward", tmp_path / "ward" / "project")


def test_an_edit_is_built_as_a_whole_build_would(copied: Warehouse, ward: Warehouse, tmp_path: Path) -> None:
    edited(copied.project / "definitions" / "ward" / "ward.yml", *NUMBER)
    done = watch(copied, "--once")
    assert done.exit_code == 0, done.output
    assert re.search(LINE, done.stdout), done.stdout
    assert re.search(r"\d+ models and seeds built for \d+ edited files in [\d.]+ s", done.stdout)
    whole = Warehouse(tmp_path, copied.project)
    run = whole.dbt("build", "--exclude-resource-type", "test", variables=VARIABLES)
    assert run.exit_code == 0, run.output
    assert members(copied.database) == members(whole.database)
    assert results(copied.database) == results(whole.database)
    assert by_hand(ward.database, copied.database)
    # Nothing is left to do, and another wording is nothing to build.
    assert watch(copied, "--once").stdout.startswith("no edit")
    edited(copied.project / "definitions" / "ward" / "ward.yml", "description: Said no", "description: Refused")
    assert "no model has another meaning" in watch(copied, "--once").stdout


def test_postgres_keeps_the_views_that_read_what_was_built(
    copied: Warehouse, postgres_dsn: str, tmp_path: Path
) -> None:
    """PostgreSQL removes a view with the table below it: the marts that are views must be there afterwards."""
    at = environment(postgres_dsn, "watched")
    built = Warehouse(tmp_path, copied.project, "postgres")
    with postgres_schemas(postgres_dsn, "watched") as rows:
        run = built.dbt("build", "--exclude-resource-type", "test", variables=VARIABLES, **at)
        assert run.exit_code == 0, run.output
        views = "select table_name from information_schema.views where table_schema like 'watched%' order by 1"
        before = rows(views)
        edited(copied.project / "definitions" / "ward" / "ward.yml", *NUMBER)
        done = watch(built, "--once", **at)
        assert done.exit_code == 0, done.output
        assert re.search(LINE, done.stdout), done.stdout
        assert rows(views) == before
        met = "select count(*) from marts.fct_indicator_result where indicator = 'tested_in_time' and status = 'met'"
        assert rows(met) == [(MET + 1,)]


@contextmanager
def watching(copied: Warehouse) -> Iterator[tuple[subprocess.Popen[Any], Path]]:
    """A process of its own, as a person runs it, and the file of what it says; it must end well when it is stopped."""
    command = [str(Path(sys.executable).parent / "measuremart"), "watch", *arguments(copied)]
    said = copied.folder / "said.txt"
    with said.open("w") as output:
        # Tests that run in the background of a shell ignore Ctrl-C, and so would what they start.
        heeding = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
        process = subprocess.Popen(command, stdout=output, stderr=output, env=copied.environment(), preexec_fn=heeding)
        try:
            waited(process, said, "watching ")
            yield process, said
        finally:
            process.send_signal(signal.SIGINT)
            code = process.wait()
    assert code == 0


def test_it_waits_says_what_is_wrong_and_goes_on(copied: Warehouse) -> None:
    """The edit is first one that cannot be read."""
    file = copied.project / "definitions" / "ward" / "ward.yml"
    text = file.read_text(encoding="utf-8")
    with watching(copied) as (process, said):
        file.write_text(text.replace("{exact: 4}", "{exakt: 4}"), encoding="utf-8")
        waited(process, said, "key 'exakt'")
        file.write_text(text.replace(*NUMBER), encoding="utf-8")
        waited(process, said, " edited files in ")
    assert re.search(LINE, said.read_text())


def test_what_could_not_be_built_is_built_with_the_next_edit(copied: Warehouse) -> None:
    file = copied.project / "definitions" / "ward" / "ward.yml"
    verdict = copied.project / "models" / "evaluation" / "indicator_result.sql"
    right = verdict.read_text(encoding="utf-8")
    with watching(copied) as (process, said):
        # A copy, since the project of a test may hold links to the files of this one.
        verdict.unlink()
        verdict.write_text(right + "\nwhere no_such_column = 1\n", encoding="utf-8")
        edited(file, *NUMBER)
        waited(process, said, "The edit is written, and not built.")
        verdict.write_text(right, encoding="utf-8")
        edited(file, "description: Said no", "description: Refused")  # no model has another meaning by this
        waited(process, said, " edited files in ")
    assert re.search(LINE, said.read_text())


def waited(process: subprocess.Popen[Any], said: Path, words: str) -> None:
    """Wait until words are printed; not for ever, and not for a process that has ended."""
    for _ in range(3000):
        if words in said.read_text():
            return
        assert process.poll() is None, said.read_text()
        time.sleep(0.1)
    raise AssertionError(f"{words!r} is not in {said.read_text()}")


def test_two_schemas_of_the_vocabulary(copied: Warehouse) -> None:
    """Concept 2 is no longer standard in the second."""
    with duckdb.connect(str(copied.database)) as connection:
        for schema, standard in (("release_one", "S"), ("release_two", "")):
            connection.execute(f"create schema {schema}")
            connection.execute(
                f"create table {schema}.concept as select 2 as concept_id, 'Blood test' as concept_name, "
                f"'{standard}' as standard_concept, null as invalid_reason"
            )
            connection.execute(
                f"create table {schema}.concept_ancestor as select 2 as ancestor_concept_id, 2 as descendant_concept_id"
            )
    words = ["diff", "--vocabulary", "release_one", "release_two", *arguments(copied)]
    done = CliRunner().invoke(app, words, env=copied.environment())
    assert done.exit_code == 0, done.output
    assert "  2 (Blood test) was standard, and is non-standard\n  reaches " in done.stdout


def test_a_project_that_is_not_built_is_said(tmp_path: Path) -> None:
    project = small_project.write_project(tmp_path, trace_world.DEFINITIONS, trace_world.world())
    never = Warehouse(tmp_path, project)
    never.arguments()
    done = watch(never, "--once")
    assert (done.exit_code, "the project is not built" in done.stderr) == (8, True)
