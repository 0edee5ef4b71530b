"""docs/how-to/add-a-target.md, followed to the letter in a new repository; then what the page says of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
import repository_pages as pages

PAGE = (pages.HOW_TO / "add-a-target.md").read_text(encoding="utf-8")


def block(after: str) -> str:
    """The first code block of the page after some words."""
    found = re.search(r"```\w+\n(.*?)```", PAGE[PAGE.index(after) :], re.DOTALL)
    assert found, after
    return found[1]


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository at the end of the page."""
    folder = tmp_path_factory.mktemp("clinic") / "run"
    pages.run("add-a-target.md", folder)
    return folder / "empty" / "st-marys"


def ran(repository: Path, *words: str) -> None:
    command = [str(Path(sys.executable).parent / words[0]), *words[1:]]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DBT_", "MEASUREMART_"))}
    done = subprocess.run(command, cwd=repository, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def rows(repository: Path, query: str) -> list[Any]:
    with duckdb.connect(str(repository / "warehouse.duckdb"), read_only=True) as connection:
        return connection.sql(query).fetchall()


def test_the_measure_has_the_letter_that_the_rule_asks_for(clinic: Path) -> None:
    """By hand: L-0007 is the one urgent letter of at least 100 words; it is of patient P-a1, person 4."""
    columns = "person_id, episode_id, measure_resolver, cast(measure_date as text)"
    assert rows(clinic, f"select {columns} from measures.measure__urgent_letter_sent") == [(4, None, 4, "2024-05-02")]


def test_declaration_and_model_are_20_lines_at_most() -> None:
    declaration, model = block("`definitions/clinic/clinic.yml`"), block("`models/clinic/target__letter.sql`")
    lines = len(declaration.splitlines()) + len(model.splitlines())
    assert lines <= 20
    assert f"that makes {lines} lines" in " ".join(PAGE.split())


def test_ids_of_the_crosswalk_last(clinic: Path) -> None:
    """A letter that sorts before all others takes a new number and leaves theirs alone."""
    query = "select letter, letter_id from main.crosswalk__letter order by letter_id"
    before = rows(clinic, query)
    assert [letter for letter, _ in before] == ["L-0007", "L-0008", "L-0009", "L-0010", "L-0011"]
    letters = clinic / "seeds" / "clinic" / "clinic_letter.csv"
    letters.write_text(letters.read_text(encoding="utf-8") + "L-0001,P-a1,2024-01-01,referral,10,false\n")
    ran(clinic, "dbt", "build", "--quiet", "--select", "+path:models/clinic")
    assert rows(clinic, query) == [*before, ("L-0001", 6)]
    assert rows(clinic, "select event_id from main.target__letter where sent_on = date '2024-01-01'") == [(6,)]


def test_a_model_that_is_there_already_is_a_target(clinic: Path) -> None:
    """The visits of OMOP, declared as the page has them, answer a rule."""
    pack = clinic / "definitions" / "clinic" / "clinic.yml"
    rule = "  a_stay: {description: A stay., target: stay, rules: [{presence: concept}]}\n"
    text = pack.read_text(encoding="utf-8")
    pack.write_text(text.replace("subqueries:\n", "subqueries:\n" + rule), encoding="utf-8")
    ran(clinic, "measuremart", "sync")
    ran(clinic, "dbt", "build", "--quiet", "--select", "+subquery__a_stay")
    visits = "select count(*) from staging.stg_omop__visit_occurrence where visit_concept_id <> 0"
    members = rows(clinic, "select count(*), count(episode_id) from subqueries.subquery__a_stay")
    assert members == [(rows(clinic, visits)[0][0], 0)]
    assert members[0][0] > 0
