"""`measuremart import oa-cohorts`: what it writes, says and refuses, and that what it wrote is a pack."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from importers.oa_folders import NEWER, OLDER, ROOT, altered, project
from measuremart.cli import app
from measuremart.pipeline import read_definitions
from measuremart.problems import Kind
from typer.testing import CliRunner
from yamllint import linter
from yamllint.config import YamlLintConfig

FILES = ["concept_sets.yml", "subqueries.yml", "measures.yml", "cohorts.yml", "indicators.yml", "reports.yml"]


def run(project_dir: Path, source: Path, *options: str, pack: str = "oa") -> tuple[int, str, str]:
    arguments = ["import", "oa-cohorts", str(source), "--pack", pack, "--project-dir", str(project_dir), *options]
    done = CliRunner().invoke(app, arguments)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return done.exit_code, done.stdout, done.stderr


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return project(tmp_path / "home")


@pytest.mark.parametrize(("source", "files"), [(NEWER, FILES), (OLDER, FILES[1:])])
def test_it_writes_a_pack_without_errors(home: Path, source: Path, files: list[str]) -> None:
    code, out, error = run(home, source)
    assert (code, error) == (0, "")
    pack = home / "definitions" / "oa"
    assert sorted(texts(pack)) == sorted(files)
    assert f"{len(files)} new; next: measuremart generate" in out
    problems = read_definitions(home / "definitions").problems
    assert [str(p) for p in problems if p.kind is not Kind.WARNING] == []
    generated = CliRunner().invoke(app, ["generate", "--project-dir", str(home)])
    assert generated.exit_code == 0, generated.output
    assert (home / "models" / "generated" / "oa" / "measures" / "measure__lung_cancer.sql").exists()


@pytest.mark.parametrize("source", [NEWER, OLDER])
def test_the_project_linter_has_nothing_to_say(home: Path, source: Path) -> None:
    run(home, source)
    rules = YamlLintConfig(file=str(ROOT / ".yamllint"))
    for file in (home / "definitions" / "oa").iterdir():
        found = [f"{file.name}:{p.line}: {p.desc}" for p in linter.run(file.read_text(), rules)]
        assert found == []


def test_it_says_what_is_not_as_it_was_and_what_is_unavailable(home: Path) -> None:
    out = " ".join(run(home, OLDER)[1].split())
    assert "query_rule.csv 7 exact unavailable concept 0 is OMOP's" in out
    assert "indicator 11 tested denominator lung_cancer_or_small_cells > small_cells > small_cells_8" in out


def test_again_it_changes_no_byte(home: Path) -> None:
    run(home, NEWER)
    pack = home / "definitions" / "oa"
    before = texts(pack)
    code, out, _ = run(home, NEWER)
    assert code == 0
    assert "nothing to change" in out
    assert texts(pack) == before


def test_a_dry_run_shows_and_writes_nothing(home: Path) -> None:
    before = sorted(home.rglob("*"))
    code, out, _ = run(home, OLDER, "--dry-run")
    assert code == 0
    assert "+++ b/oa/measures.yml\n" in out
    assert "+    except: [care_episodes, any_tx_surgical]\n" in out
    assert "exact" in out
    assert sorted(home.rglob("*")) == before


def test_a_changed_source_replaces_what_nobody_edited(home: Path, tmp_path: Path) -> None:
    run(home, NEWER)
    changed = altered(tmp_path, NEWER, ("measure.csv", "5,Fit,", "5,Fit enough,"))
    code, out, _ = run(home, changed)
    assert code == 0
    assert "2 changed" in out  # measures.yml, and indicators.yml, whose denominator it is
    assert "fit_enough:" in (home / "definitions" / "oa" / "measures.yml").read_text()


def test_an_edited_file_is_shown_and_kept_unless_forced(home: Path, tmp_path: Path) -> None:
    run(home, NEWER)
    file = home / "definitions" / "oa" / "measures.yml"
    file.write_text(file.read_text().replace("description: Fit.", "description: ECOG 0 or 1."))
    edited = texts(file.parent)
    code, out, error = run(home, NEWER)
    assert code == 7
    assert "-    description: ECOG 0 or 1.\n+    description: Fit.\n" in out
    assert error.startswith("oa/measures.yml was edited since it was imported")
    assert texts(file.parent) == edited
    changed = altered(tmp_path, NEWER, ("report.csv", "1,Thoracic care", "1,Care of the chest"))
    assert run(home, changed)[0] == 7
    assert texts(file.parent) == edited, "not even the files that nobody edited"
    assert run(home, NEWER, "--force")[0] == 0
    assert "description: Fit." in file.read_text()


def test_an_edit_that_the_source_now_makes_too_is_no_conflict(home: Path) -> None:
    run(home, NEWER)
    pack = home / "definitions" / "oa"
    (pack / "measures.yml").write_text((pack / "measures.yml").read_text())
    assert run(home, NEWER)[0] == 0


def test_a_file_that_was_never_imported_is_kept(home: Path) -> None:
    own = home / "definitions" / "oa" / "measures.yml"
    own.parent.mkdir()
    own.write_text("measures: {}\n")
    assert run(home, NEWER)[0] == 7
    assert texts(own.parent) == {"measures.yml": "measures: {}\n"}


def test_an_authors_own_file_beside_stays_and_its_names_are_taken(home: Path) -> None:
    own = home / "definitions" / "oa" / "own.yml"
    own.parent.mkdir()
    own.write_text("measures: {fit: {description: Ours., incomplete: not agreed}}\n")
    assert run(home, NEWER)[0] == 0
    assert "fit_5:" in (own.parent / "measures.yml").read_text()
    assert own.read_text().startswith("measures: {fit:")


def test_force_takes_nothing_that_is_an_authors_own(home: Path) -> None:
    pack = home / "definitions" / "oa"
    run(home, NEWER)
    (pack / "own.yml").write_text("measures: {ours: {description: Ours., incomplete: not agreed}}\n")
    (pack / "notes.md").write_text("ours\n")
    (pack / "concept_sets.yml").write_text((pack / "concept_sets.yml").read_text() + "# ours\n")
    assert run(home, OLDER, "--force")[0] == 0
    assert (pack / "own.yml").exists()
    assert (pack / "notes.md").read_text() == "ours\n"
    assert (pack / "concept_sets.yml").read_text().endswith("# ours\n")


def test_the_same_bytes_whatever_the_order_of_sets_in_memory(home: Path, tmp_path: Path) -> None:
    found = []
    for seed in ("1", "2"):
        command = [sys.executable, "-c", "from measuremart.cli import main; main()", "import", "oa-cohorts", str(NEWER)]
        done = subprocess.run(
            [*command, "--pack", f"seed_{seed}", "--project-dir", str(home)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        found.append((done.stdout.replace(f"seed_{seed}", ""), texts(home / "definitions" / f"seed_{seed}")))
        (home / "definitions" / f"seed_{seed}").rename(tmp_path / seed)
    assert found[0] == found[1]


def test_a_file_that_is_no_longer_made_goes_unless_it_was_edited(home: Path) -> None:
    pack = home / "definitions" / "oa"
    run(home, NEWER)
    run(home, OLDER)
    assert not (pack / "concept_sets.yml").exists()
    run(home, NEWER)
    (pack / "concept_sets.yml").write_text((pack / "concept_sets.yml").read_text() + "# ours\n")
    run(home, OLDER)
    assert (pack / "concept_sets.yml").read_text().endswith("# ours\n")


def test_names_of_other_packs_are_not_given_again(home: Path) -> None:
    run(home, NEWER, pack="first")
    assert run(home, OLDER, pack="second")[0] == 0
    # `lung_cancer` and `lung_cancer_1` are the first pack's measure and subquery.
    assert "\n  lung_cancer_1_2:\n" in (home / "definitions" / "second" / "measures.yml").read_text()
    problems = read_definitions(home / "definitions").problems
    assert [str(p) for p in problems if p.kind is not Kind.WARNING] == []


def test_what_our_language_refuses_is_incomplete(home: Path, tmp_path: Path) -> None:
    """OR cannot lift lung cancer, an episode, to treatments: no rule of the importer, but the language knows."""
    source = altered(
        tmp_path, NEWER, ("measure.csv", "10,Chemotherapy and radiotherapy in one treatment,and", "10,Either,or")
    )
    with (source / "measure_relationship.csv").open("a") as file:
        file.write("10,1\n")
    code, out, error = run(home, source)
    assert (code, error) == (0, "")
    measures = (home / "definitions" / "oa" / "measures.yml").read_text()
    body = measures.split("\n  either:\n", 1)[1].split("\n\n", 1)[0]
    assert "incomplete: >-" in body
    assert "measure.csv 10 Either" in " ".join(out.split()).replace(" unavailable", "")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [("5,Fit,or", "x,Fit,or", 4), ("5,Fit,or,6", "5,Fit,or,66", 5), ("5,Fit,or,6,cancer,False", "5,Fit", 3)],
)
def test_a_bad_folder_says_file_and_line_and_writes_nothing(
    home: Path, tmp_path: Path, old: str, new: str, code: int
) -> None:
    found, out, error = run(home, altered(tmp_path, NEWER, ("measure.csv", old, new)))
    assert (found, out) == (code, "")
    assert error.startswith("measure.csv:7:1: ")
    assert error.endswith("1 problem in 1 file; nothing was written\n")
    assert not (home / "definitions" / "oa").exists()


@pytest.mark.parametrize("pack", ["Lung", "a__b", "../oa", ""])
def test_a_pack_that_is_no_name(home: Path, pack: str) -> None:
    assert run(home, NEWER, pack=pack)[0] == 2


def test_folders_that_are_not_there(home: Path, tmp_path: Path) -> None:
    assert run(home, tmp_path / "nowhere")[0] == 2
    assert run(tmp_path / "no_project", NEWER)[0] == 2


def test_definitions_that_nothing_uses_are_one_line(home: Path) -> None:
    out = run(home, NEWER)[1]
    problems = read_definitions(home / "definitions").problems
    unused = [p for p in problems if p.check == "unused_definition" and "/oa/" in p.position.file]
    assert len(unused) > 1
    assert f"nothing uses {len(unused)} definitions: `measuremart validate` says which\n" in out
    assert "nothing uses measure" not in out


def test_a_cohort_that_our_language_refuses_is_left_out_and_said(home: Path, tmp_path: Path) -> None:
    """A cohort of episodes and of persons: oa-cohorts counts both, here a cohort has one grain."""
    source = altered(tmp_path, NEWER)
    for file, line in (("dash_cohort_def.csv", "4,Whoever,w,9"), ("dash_cohort_def_map.csv", "4,2\n1,2")):
        with (source / file).open("a") as stream:
            stream.write(f"{line}\n")
    code, out, error = run(home, source)
    assert (code, error) == (0, "")
    said = " ".join(out.split())
    assert "dash_cohort.csv 2 Staged cancers left out" in said
    assert "grain" in said
    cohorts = (home / "definitions" / "oa" / "cohorts.yml").read_text()
    assert ("  thoracic:\n" in cohorts, "  staged_cancers:\n" in cohorts) == (True, False)
    assert [p for p in read_definitions(home / "definitions").problems if p.kind is not Kind.WARNING] == []
