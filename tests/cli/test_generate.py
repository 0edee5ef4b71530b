"""`measuremart generate` on a small project: what it touches, what it refuses, what it leaves behind."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from measuremart.cli import app
from measuremart.pipeline import SCHEMA_FILE
from measuremart.render.project import GENERATED_FOLDERS
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parents[2]
LONG_AGO = 1_600_000_000
MEASURE = "models/generated/ward/measures/measure__both.sql"
PACK = """
measures:
  early: {description: Early acts., subquery: act_rows}
  both: {description: Acts of both kinds., and: [acted, early]}
cohorts:
  inpatients: {definitions: {acted: acted}}
indicators:
  seen_early: {title: Seen early, description: Who was seen early., denominator: full_cohort, numerator: both}
reports:
  ward_round: {title: Ward round, description: The ward., cohorts: [inpatients], indicators: [seen_early]}
"""
OTHER_PACK = "measures: {elsewhere: {description: Of another pack., subquery: act_person}}\n"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with three packs, generated once."""
    project = tmp_path_factory.mktemp("generated")
    base = (ROOT / "tests" / "unit" / "bad_input" / "base.yml").read_text(encoding="utf-8")
    for pack, text in (("base", base), ("ward", PACK), ("other", OTHER_PACK)):
        (project / "definitions" / pack).mkdir(parents=True)
        (project / "definitions" / pack / f"{pack}.yml").write_text(text, encoding="utf-8")
    code, out, _ = run(project, "generate")
    assert code == 0
    assert ", 1 report: " in out
    assert out.rstrip().endswith(" new")
    return project


@pytest.fixture
def project(generated: Path, tmp_path: Path) -> Path:
    """A copy of it, untouched for years."""
    copy = tmp_path / "project"
    shutil.copytree(generated, copy)
    for file in copy.rglob("*"):
        os.utime(file, (LONG_AGO, LONG_AGO))
    return copy


def run(project: Path, *arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [*arguments, "--project-dir", str(project)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    errors = [line for line in done.stderr.splitlines(keepends=True) if "warning: " not in line]
    return done.exit_code, done.stdout, "".join(errors)


def touched(project: Path) -> set[str]:
    """The files that were written since the copy."""
    files = (file for file in project.rglob("*") if file.is_file())
    return {file.relative_to(project).as_posix() for file in files if file.stat().st_mtime != LONG_AGO}


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    os.utime(file, (LONG_AGO, LONG_AGO))


def test_nothing_to_change(project: Path) -> None:
    code, out, _ = run(project, "generate")
    assert (code, out.rstrip().endswith(": nothing to change")) == (0, True)
    assert touched(project) == set()


def test_only_what_changed_is_touched(project: Path) -> None:
    definitions = project / "definitions" / "ward"
    (definitions / "more.yml").write_text("measures:\n  one_more: {description: New., subquery: act_visits}\n")
    edit(definitions / "ward.yml", "Early acts.", "Acts that were early.")
    code, out, _ = run(project, "generate")
    assert code == 0
    assert touched(project) == {
        "definitions/ward/more.yml",
        "models/generated/ward/measures/measure__one_more.sql",
        "models/generated/ward/measures/measure__one_more.yml",
        # the description stands in its header, too
        "models/generated/ward/measures/measure__early.sql",
        "models/generated/ward/measures/measure__early.yml",
        "models/generated/measure_members.sql",
        "seeds/generated/catalogue_cohort_definition.csv",
        "seeds/generated/catalogue_measure.csv",
    }
    assert out.rstrip().endswith(": 2 new, 5 changed")
    assert run(project, "generate")[1].rstrip().endswith(": nothing to change")

    (definitions / "more.yml").unlink()
    code, out, _ = run(project, "generate")
    assert code == 0
    assert out.rstrip().endswith(": 3 changed, 2 removed")
    assert not (project / "models/generated/ward/measures/measure__one_more.sql").exists()


def test_a_pack_that_is_gone_leaves_no_folder(project: Path) -> None:
    shutil.rmtree(project / "definitions" / "other")
    assert run(project, "generate")[0] == 0
    assert list(project.rglob("other*")) == []
    assert (project / "models/generated/ward").is_dir()


def test_a_pack_behind_a_link_stays(project: Path) -> None:
    ward = project / "definitions" / "ward"
    shutil.move(ward, project / "ward_elsewhere")
    ward.symlink_to(project / "ward_elsewhere", target_is_directory=True)
    assert run(project, "generate", "--check") == (0, "generated files are current\n", "")
    shutil.move(project / "ward_elsewhere", project / "moved_again")
    code, _, error = run(project, "generate")
    assert (code, error.splitlines()[0]) == (3, "definitions/ward:1:1: cannot be read: a link to nothing")
    assert (project / MEASURE).exists()


def test_everything_from_nothing(project: Path) -> None:
    before = {file: file.read_bytes() for file in project.rglob("*") if file.is_file()}
    for folder in GENERATED_FOLDERS:
        shutil.rmtree(project / folder, ignore_errors=True)
    (project / SCHEMA_FILE).unlink()
    assert run(project, "generate")[0] == 0
    assert {file: file.read_bytes() for file in project.rglob("*") if file.is_file()} == before


# --- check and diff


def test_check_is_quiet_when_all_is_current(project: Path) -> None:
    assert run(project, "generate", "--check") == (0, "generated files are current\n", "")
    assert run(project, "generate", "--diff") == (0, "", "")


def test_check_shows_a_hand_edit_and_fails(project: Path) -> None:
    edit(project / MEASURE, "from final", "from final where 1 = 1")
    code, out, error = run(project, "generate", "--check")
    assert code == 1
    assert out.splitlines()[:2] == [f"--- a/{MEASURE}", f"+++ b/{MEASURE}"]
    assert "-from final where 1 = 1\n+from final\n" in out
    assert error == "1 file would change: run `measuremart generate`\n"
    assert touched(project) == set()
    code, out_of_diff, _ = run(project, "generate", "--diff")
    assert (code, out_of_diff) == (0, out)
    assert run(project, "generate")[0] == 0
    assert touched(project) == {MEASURE}
    assert run(project, "generate", "--check")[0] == 0


@pytest.mark.parametrize("path", [MEASURE, MEASURE.replace(".sql", ".yml"), SCHEMA_FILE])
def test_check_sees_a_missing_file(path: str, project: Path) -> None:
    (project / path).unlink()
    code, out, _ = run(project, "generate", "--check")
    assert code == 1
    assert f"+++ b/{path}" in out


def test_check_sees_a_file_too_many(project: Path) -> None:
    extra = project / "models/generated/ward/measures/measure__left_over.sql"
    shutil.copy(project / MEASURE, extra)
    code, out, _ = run(project, "generate", "--check")
    assert code == 1
    assert "--- a/models/generated/ward/measures/measure__left_over.sql" in out
    assert extra.exists()
    assert run(project, "generate")[1].rstrip().endswith(": 1 removed")
    assert not extra.exists()


def test_line_ends_of_windows_are_a_difference(project: Path) -> None:
    file = project / MEASURE
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert run(project, "generate", "--check")[0] == 1
    assert run(project, "generate")[0] == 0
    assert b"\r" not in file.read_bytes()


def test_a_generated_file_that_is_not_text_any_more(project: Path) -> None:
    (project / MEASURE).write_bytes((project / MEASURE).read_bytes() + b"\xff\xfe")
    assert run(project, "generate", "--check")[0] == 1


# --- what is not the generator's


@pytest.mark.parametrize(
    "path",
    [MEASURE, "models/generated/ward/measures/my_own.sql", "models/generated/notes.txt", "seeds/generated/my_own.yml"],
)
def test_a_file_without_the_header_is_left_alone(path: str, project: Path) -> None:
    (project / path).write_text("select 1 as mine\n")
    edit(project / "definitions/ward/ward.yml", "Acts of both kinds.", "Acts of two kinds.")
    for options in ([], ["--check"], ["--diff"]):
        code, out, error = run(project, "generate", *options)
        assert (code, out) == (7, "")
        assert error == f"{path} was not generated by measuremart (its first line does not say so): move it away\n"
    assert (project / path).read_text() == "select 1 as mine\n"
    assert "two kinds" not in (project / MEASURE.replace(".sql", ".yml")).read_text()  # nothing else was written


def test_a_schema_file_of_somebody_else_is_left_alone(project: Path) -> None:
    (project / SCHEMA_FILE).write_text("{}\n")
    code, _, error = run(project, "generate")
    assert code == 7
    assert error.startswith(SCHEMA_FILE)


def test_hidden_files_are_left_alone(project: Path) -> None:
    (project / "models/generated/.gitkeep").write_text("")
    assert run(project, "generate", "--check")[0] == 0


# --- when writing fails


def test_a_killed_run_leaves_no_half_written_file(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for word in ("Early acts.", "Acts of both kinds."):
        edit(project / "definitions/ward/ward.yml", word, f"{word} Changed.")
    before = {file: file.read_bytes() for file in project.rglob("*") if file.is_file()}
    replace, replaced = os.replace, []

    def killed(source: str, destination: Path) -> None:
        if replaced:
            raise KeyboardInterrupt
        replaced.append(Path(destination))
        replace(source, destination)

    monkeypatch.setattr(os, "replace", killed)
    code = CliRunner().invoke(app, ["generate", "--project-dir", str(project)]).exit_code
    assert code != 0
    after = {file: file.read_bytes() for file in project.rglob("*") if file.is_file()}
    assert after.keys() == before.keys()  # no temporary file stays
    assert [file for file in before if after[file] != before[file]] == replaced
    monkeypatch.undo()
    assert run(project, "generate")[0] == 0
    assert run(project, "generate", "--check")[0] == 0


def test_a_file_that_cannot_be_written_is_named(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / MEASURE).unlink()

    def full(source: str, destination: Path) -> None:
        raise OSError(28, "No space left on device", str(source), None, str(destination))

    monkeypatch.setattr(os, "replace", full)
    code, _, error = run(project, "generate")
    assert code == 7
    assert error == f"cannot write {project / MEASURE}: No space left on device; run it again to go on\n"


def test_a_disk_that_fills_up_while_writing_is_named(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / MEASURE).unlink()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")  # as a write says it: without a file

    monkeypatch.setattr(os, "chmod", full)
    code, _, error = run(project, "generate")
    assert code == 7
    assert error == f"cannot write {project / MEASURE}: No space left on device; run it again to go on\n"


def test_a_folder_in_the_way_is_named(project: Path) -> None:
    (project / MEASURE).unlink()
    (project / MEASURE).mkdir()
    code, _, error = run(project, "generate")
    assert code == 7
    assert MEASURE in error


def test_broken_definitions_write_nothing(project: Path) -> None:
    (project / MEASURE).unlink()
    (project / "definitions/ward/bad.yml").write_text("measures: {x: {subquery: nowhere_to_be_found}}\n")
    for options in ([], ["--check"], ["--diff"]):
        code, out, error = run(project, "generate", *options)
        assert (code, out) == (5, "")
        assert error.endswith("1 problem in 1 file; nothing was written\n")
    assert not (project / MEASURE).exists()


# --- as a command of its own


def test_the_command_in_the_project_folder(project: Path) -> None:
    command = [str(Path(sys.executable).parent / "measuremart"), "generate", "--check"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "generated files are current\n")
    (project / MEASURE).write_text((project / MEASURE).read_text() + "-- mine\n")
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "--- mine" in done.stdout


def test_the_committed_files_are_current() -> None:
    assert run(ROOT, "generate", "--check")[:2] == (0, "generated files are current\n")
