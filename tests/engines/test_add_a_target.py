"""docs/how-to/add-a-target.md, followed to the letter in a copy of this project."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from dbt_runs import ROOT, Warehouse

PAGE = (ROOT / "docs" / "how-to" / "add-a-target.md").read_text(encoding="utf-8")
PACKS = {"packs": ["clinic"]}
PROJECT = ("models", "seeds", "macros", "tests", "definitions", "dbt_project.yml", "selectors.yml", ".dbtignore")


def block(after: str) -> str:
    """The first code block of the page after some words."""
    found = re.search(r"```\w+\n(.*?)```", PAGE[PAGE.index(after) :], re.DOTALL)
    assert found, after
    return found[1]


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = tmp_path_factory.mktemp("clinic")
    project = folder / "project"
    project.mkdir()
    for name in PROJECT:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, project / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, project / name)
    for path in (
        "seeds/clinic/clinic_letter.csv",
        "seeds/clinic/clinic_person.csv",
        "models/clinic/target__letter.sql",
        "models/clinic/_clinic.yml",
        "models/clinic/crosswalk__letter.sql",
    ):
        _write(project / path, block(f"`{path}`"))
    declared = block("`definitions/clinic/clinic.yml`") + block("of no episode:")
    _write(project / "definitions" / "clinic" / "clinic.yml", declared + "\n" + block("In the same file:"))
    generate(project)
    built = Warehouse(folder, project=project)
    build(built)
    return built


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def generate(project: Path) -> None:
    command = [str(Path(sys.executable).parent / "measuremart"), "generate"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def build(built: Warehouse) -> None:
    run = built.dbt("build", "--select", "+path:models/clinic", "+measure__urgent_letter_sent", variables=PACKS)
    assert run.exit_code == 0, run.output
    assert {s for name, s in run.statuses.items() if name.startswith("target_shape_target__letter")} == {"pass"}


def test_the_measure_gives_what_the_page_shows(clinic: Warehouse) -> None:
    columns = "person_id, episode_id, measure_resolver, measure_date"
    found = clinic.rows(f"select {columns} from measures.measure__urgent_letter_sent")
    assert [["" if v is None else str(v) for v in row] for row in found] == _table(PAGE[PAGE.index("```text") :])


def _table(text: str) -> list[list[str]]:
    lines = [line for line in text.split("```")[1].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_declaration_and_model_are_20_lines_at_most() -> None:
    declaration, model = block("`definitions/clinic/clinic.yml`"), block("`models/clinic/target__letter.sql`")
    lines = len(declaration.splitlines()) + len(model.splitlines())
    assert lines <= 20
    assert f"that makes {lines} lines" in " ".join(PAGE.split())


def test_ids_of_the_crosswalk_last(clinic: Warehouse) -> None:
    """A letter that sorts before all others takes a new number and leaves theirs alone."""
    query = "select letter, letter_id from main.crosswalk__letter order by letter_id"
    before = clinic.rows(query)
    assert [letter for letter, _ in before] == ["L-0007", "L-0008", "L-0009", "L-0010", "L-0011"]
    letters = clinic.project / "seeds" / "clinic" / "clinic_letter.csv"
    letters.write_text(letters.read_text(encoding="utf-8") + "L-0001,P-a1,2024-01-01,referral,10,false\n")
    build(clinic)
    assert clinic.rows(query) == [*before, ("L-0001", 6)]


def test_a_model_that_is_there_already_is_a_target(clinic: Warehouse) -> None:
    """The visits of OMOP, declared as the page has them, answer a rule."""
    pack = clinic.project / "definitions" / "clinic" / "clinic.yml"
    rule = "  a_stay: {description: A stay., target: stay, rules: [{presence: concept}]}\n"
    text = pack.read_text(encoding="utf-8")
    pack.write_text(text.replace("subqueries:\n", "subqueries:\n" + rule), encoding="utf-8")
    generate(clinic.project)
    run = clinic.dbt("build", "--select", "+subquery__a_stay", variables=PACKS)
    assert run.exit_code == 0, run.output
    visits = "select count(*) from staging.stg_omop__visit_occurrence where visit_concept_id <> 0"
    members = clinic.rows("select count(*), count(episode_id) from subqueries.subquery__a_stay")
    assert members == [(clinic.rows(visits)[0][0], 0)]
    assert members[0][0] > 0
