"""A new pack changes files of its own, the unions of all packs and the catalogue; nothing of another pack."""

import shutil
from pathlib import Path

from measuremart.cli import app
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parents[2]
# Files outside the rooms, which no pack may appear in.
BY_HAND = ("Makefile", "dbt_project.yml", "selectors.yml", ".sqlfluffignore", ".gitattributes", "pyproject.toml")
WARD = """\
subqueries:
  ward_visit: {description: Visits to the ward., target: visit, rules: [{exact: 9201}]}
measures:
  seen_on_ward: {description: Persons seen on the ward., subquery: ward_visit}
cohorts:
  ward: {description: Persons of the ward., title: Ward, definitions: {all: seen_on_ward}}
"""


def files(project: Path) -> dict[str, bytes]:
    return {p.relative_to(project).as_posix(): p.read_bytes() for p in sorted(project.rglob("*")) if p.is_file()}


def generated(project: Path) -> None:
    done = CliRunner().invoke(app, ["generate", "--project-dir", str(project)])
    assert done.exit_code == 0, done.output


def test_a_new_pack_changes_nothing_of_the_others(tmp_path: Path) -> None:
    for part in ("definitions", "models", "macros", "seeds", "docs"):
        shutil.copytree(ROOT / part, tmp_path / part)
    for name in (*BY_HAND, "definition.schema.json", "pack.schema.json"):
        shutil.copy(ROOT / name, tmp_path / name)
    before = files(tmp_path)
    ward = tmp_path / "definitions" / "ward"
    ward.mkdir()
    (ward / "pack.yml").write_text("title: Ward\n")
    (ward / "ward.yml").write_text(WARD)
    generated(tmp_path)
    after = files(tmp_path)
    assert before.keys() <= after.keys()
    new = after.keys() - before.keys()
    assert {name for name in new if not name.startswith(("definitions/ward/", "models/generated/ward/"))} == set()
    assert "models/generated/ward/measures/measure__seen_on_ward.sql" in new
    changed = {name for name in before if before[name] != after[name]}
    unions = {name for name in changed if name.startswith("models/generated/")}
    assert {name for name in changed - unions if not name.startswith("seeds/generated/")} == set()
    assert {name for name in unions if name.count("/") != 2} == set()
    assert {"models/generated/measure_members.sql", "models/generated/known_pack.sql"} <= unions


def test_no_file_by_hand_names_a_pack() -> None:
    packs = {path.name for path in (ROOT / "definitions").iterdir()} - {"omop"}
    for name in (n for n in BY_HAND if n not in ("Makefile", "dbt_project.yml", "pyproject.toml")):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert {pack for pack in packs if pack in text.split("--select")[0]} == set(), name
