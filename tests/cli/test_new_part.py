"""`measuremart new measure`, `indicator`, `report`, `target`: valid at once, in the right file, no other line changed."""

import difflib
import shutil
from pathlib import Path

import pytest
import yaml
from measuremart.cli import app
from measuremart.starter.parts import NoPlaceError, with_part
from typer.testing import CliRunner

KINDS = ("measure", "indicator", "report", "target")
PART = "late:\n  description: Late.\n"


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.output


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "st-marys"
    code, said = run("init", str(folder))
    assert code == 0, said
    return folder


@pytest.fixture
def repository(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "st-marys")


def new(repository: Path, kind: str, name: str, *words: str, pack: str = "bowel") -> tuple[int, str]:
    return run("new", kind, name, "--pack", pack, "--project-dir", str(repository), *words)


def changed_lines(old: str, new: str) -> list[str]:
    """The lines that are no longer there."""
    return [line for line in difflib.ndiff(old.splitlines(), new.splitlines()) if line.startswith("- ")]


def test_each_is_valid_at_once_and_changes_no_other_line(repository: Path) -> None:
    file = repository / "definitions" / "bowel" / "bowel.yml"
    before = file.read_text(encoding="utf-8")
    for kind in KINDS:
        code, said = new(repository, kind, f"bowel_new_{kind}")
        assert code == 0, said
        assert "definitions/bowel/bowel.yml: " in said
        assert run("validate", "--project-dir", str(repository))[0] == 0
    after = file.read_text(encoding="utf-8")
    assert changed_lines(before, after) == []
    found = yaml.safe_load(after)
    assert {kind for kind in KINDS if f"bowel_new_{kind}" in found[f"{kind}s"]} == set(KINDS)
    assert found["indicators"]["bowel_new_indicator"]["numerator"] == "bowel_new_indicator_met"
    # what is incomplete makes unavailable what is above it, and nothing else
    _, said = run("validate", "--project-dir", str(repository))
    unavailable = "indicator bowel_new_indicator is unavailable: measure bowel_new_indicator_met is incomplete"
    assert unavailable in " ".join(said.split())
    assert "report bowel_new_report" not in said


def test_a_pack_of_several_files(repository: Path) -> None:
    folder = repository / "definitions" / "bowel"
    whole = yaml.safe_load((folder / "bowel.yml").read_text(encoding="utf-8"))
    (folder / "bowel.yml").unlink()
    for section in ("subqueries", "measures", "cohorts", "indicators", "reports"):
        name = "timing" if section == "indicators" else section
        (folder / f"{name}.yml").write_text(yaml.safe_dump({section: whole[section]}), encoding="utf-8")
    for kind, file in (("measure", "measures"), ("indicator", "timing"), ("report", "reports"), ("target", "targets")):
        code, said = new(repository, kind, f"bowel_new_{kind}")
        assert code == 0, said
        assert f"bowel_new_{kind}" in yaml.safe_load((folder / f"{file}.yml").read_text(encoding="utf-8"))[f"{kind}s"]
    first = (folder / "targets.yml").read_text(encoding="utf-8").splitlines()[0]
    assert (folder / first.split("$schema=")[1]).is_file()
    assert run("validate", "--project-dir", str(repository))[0] == 0


def test_a_numerator_that_is_there(repository: Path) -> None:
    code, said = new(repository, "indicator", "bowel_meeting_ever", "--numerator", "team_meeting")
    assert code == 0, said
    code, said = run("validate", "--project-dir", str(repository))
    assert (code, "all well: " in said) == (0, True)


@pytest.mark.parametrize(
    ("kind", "name", "words", "code", "fault"),
    [
        ("measure", "team_meeting", (), 7, "'team_meeting' is already a measure at definitions/bowel/bowel.yml:"),
        ("measure", "team_meeting_recorded", (), 7, "'team_meeting_recorded' is already a subquery"),
        ("report", "bowel", (), 7, "'bowel' is already a report"),
        ("target", "condition", (), 7, "'condition' is already a target at measuremart/definitions/omop/targets.yml"),
        ("measure", "Late", (), 2, "Late"),
        ("indicator", "a" * 33, (), 2, "longer than 32 characters"),
        ("indicator", "late", ("--numerator", "team_meetin"), 2, "did you mean 'team_meeting'?"),
        ("target", "late", ("--population", "omup"), 2, "did you mean 'omop'?"),
    ],
)
def test_what_is_refused_changes_nothing(
    repository: Path, kind: str, name: str, words: tuple[str, ...], code: int, fault: str
) -> None:
    file = repository / "definitions" / "bowel" / "bowel.yml"
    before = file.read_bytes()
    found, said = new(repository, kind, name, *words)
    assert found == code
    assert fault in " ".join(said.split())
    assert file.read_bytes() == before


def test_a_pack_that_is_not_there_or_has_nothing_to_show(repository: Path) -> None:
    code, said = new(repository, "report", "late", pack="bowl")
    assert (code, "unknown pack 'bowl' (did you mean 'bowel'?)" in said) == (2, True)
    (repository / "definitions" / "empty").mkdir()
    (repository / "definitions" / "empty" / "pack.yml").write_text("title: Empty\n", encoding="utf-8")
    code, said = new(repository, "report", "late", pack="empty")
    assert (code, "pack 'empty' has no cohort that a report could show" in said) == (2, True)


def test_definitions_with_an_error_are_mended_first(repository: Path) -> None:
    file = repository / "definitions" / "bowel" / "bowel.yml"
    text = file.read_text(encoding="utf-8").replace("numerator: team_meeting", "numerator: no_such_measure")
    file.write_text(text, encoding="utf-8")
    code, said = new(repository, "measure", "late")
    assert (code, "no_such_measure" in said) == (5, True)
    assert file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "measures:\n  late:\n    description: Late.\n"),
        ("# Mine\n\ncohorts: {}", "# Mine\n\ncohorts: {}\n\nmeasures:\n  late:\n    description: Late.\n"),
        ("measures:\n", "measures:\n  late:\n    description: Late.\n"),
        (
            "measures:\n    one: {incomplete: x}\n    two: {incomplete: y}  # said\n    # of two\n\n# Who\ncohorts: {}\n",
            "measures:\n    one: {incomplete: x}\n    two: {incomplete: y}  # said\n    # of two\n"
            "    late:\n      description: Late.\n\n# Who\ncohorts: {}\n",
        ),
        (
            "measures:\n  one:\n    description: |\n      A text\n      # with a mark\n\n\n",
            "measures:\n  one:\n    description: |\n      A text\n      # with a mark\n\n"
            "  late:\n    description: Late.\n\n\n",
        ),
        (
            "cohorts: {}\nmeasures:\n  one: {incomplete: x}\n\n  two: {incomplete: y}",
            "cohorts: {}\nmeasures:\n  one: {incomplete: x}\n\n  two: {incomplete: y}\n\n"
            "  late:\n    description: Late.\n",
        ),
    ],
)
def test_the_place_in_a_file(before: str, after: str) -> None:
    assert with_part(before, "mine.yml", "measures", PART) == after
    assert (yaml.safe_load(after))["measures"]["late"] == {"description": "Late."}


@pytest.mark.parametrize("text", ["measures: {one: {incomplete: x}}\n", "measures: {}\n", "# \u2028\nmeasures:\n"])
def test_a_file_without_a_place(text: str) -> None:
    with pytest.raises(NoPlaceError):
        with_part(text, "mine.yml", "measures", PART)
