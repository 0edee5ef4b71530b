"""The other commands, their words and their exit codes."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from measuremart import __version__
from measuremart.cli import app
from measuremart.definitions.file import SECTIONS
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parents[2]
BASE = ROOT / "tests" / "unit" / "bad_input" / "base.yml"
LATER = """
cohorts: {c: {definitions: {x: acted}}}
indicators: {i: {title: t, description: d, denominator: acted, numerator: acted}}
reports: {r: {title: t, description: d, cohorts: [c], indicators: [i], audiences: [x]}}
"""


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project folder with one good pack."""
    (tmp_path / "definitions" / "base").mkdir(parents=True)
    (tmp_path / "definitions" / "base" / "base.yml").write_text(BASE.read_text())
    return tmp_path


def with_pack(folder: Path, **files: str) -> list[str]:
    (folder / "definitions" / "bad").mkdir()
    for name, text in files.items():
        (folder / "definitions" / "bad" / f"{name}.yml").write_text(text)
    return ["--project-dir", str(folder)]


# --- validate


def test_validate_says_how_much_there_is() -> None:
    code, out, error = run("validate", "--project-dir", str(ROOT))
    assert (code, error) == (0, "")
    assert out.startswith("all well: 2 populations, ")
    assert out.rstrip().endswith(" audiences")


def test_validate_writes_nothing(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    assert run("validate", "--project-dir", str(folder))[0] == 0
    assert sorted(folder.rglob("*")) == before


def test_the_definitions_may_be_elsewhere(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (folder / "definitions").rename(elsewhere)
    assert run("validate", "--project-dir", str(folder))[0] == 2
    assert run("validate", "--project-dir", str(folder), "--definitions", str(elsewhere))[0] == 0


@pytest.mark.parametrize("command", ["validate", "generate", "list"])
@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("measures: ]", 3, id="3 not YAML"),
        pytest.param("measures: {a: {subquerry: act_rows}}", 4, id="4 not of the language"),
        pytest.param("measures: {a: {subquery: act_rowz}}", 5, id="5 does not fit"),
        pytest.param(LATER, 6, id="6 not supported yet"),
    ],
)
def test_exit_codes(command: str, text: str, code: int, folder: Path) -> None:
    found, out, error = run(command, *with_pack(folder, bad=text))
    assert found == code
    problem, summary = [line for line in error.splitlines() if "warning:" not in line]
    assert problem.startswith("definitions/bad/bad.yml:")
    if command == "list":  # goes on with what is valid
        assert " act_rows " in out.replace("\n", " ")
        assert "\na " not in out
        assert summary == "1 problem in 1 file; definitions with a problem are not listed"
    else:
        assert out == ""
        assert summary == "1 problem in 1 file; nothing was written"


def test_the_exit_code_is_of_the_earliest_class_and_everything_is_said(folder: Path) -> None:
    options = with_pack(
        folder,
        a=LATER,
        b="measures: {a: {subquery: act_rowz}}",
        c="measures: {b: {subquerry: act_rows}, c: []}",
    )
    code, _, error = run("validate", *options)
    assert code == 4
    assert error.splitlines()[-1] == "4 problems in 3 files; nothing was written"
    run_ = run("validate", *with_pack_more(folder, "measures: ["))
    assert run_[0] == 3
    assert run_[2].splitlines()[-1] == "5 problems in 4 files; nothing was written"


def with_pack_more(folder: Path, text: str) -> list[str]:
    (folder / "definitions" / "bad" / "z.yml").write_text(text)
    return ["--project-dir", str(folder)]


def test_long_messages_are_not_broken_into_lines(folder: Path) -> None:
    text = "measures:\n  a: {and: [act_visits, acted]}\n"
    _, _, error = run("validate", *with_pack(folder, bad=text))
    (line,) = [line for line in error.splitlines() if "neither lies above" in line]
    assert line.startswith("definitions/bad/bad.yml:2:6: and: 'act_visits' is at grain key visit")
    assert len(line) > 250


def test_warnings_do_not_fail(folder: Path) -> None:
    code, out, error = run("validate", *with_pack(folder, bad="measures: {nobody_wants_me: {subquery: act_rows}}"))
    assert code == 0
    assert out.startswith("all well: ")
    assert error.startswith("warning: nothing uses 9 definitions; ")


GAPS = """
subqueries: {gap: {target: act, incomplete: later}}
measures: {above: {subquery: gap}}
cohorts: {mixed: {definitions: {all: acted, some: above}}}
indicators: {i: {title: t, description: d, denominator: acted, numerator: above}}
reports: {r: {title: t, description: d, cohorts: [mixed], indicators: [i]}}
"""


UNUSED = """
concept_sets:
  spare: {description: Spare., source: here, concepts: [1]}
measures:
  forgotten: {description: Forgotten., subquery: act_rows}
  only_child: {description: One child., or: [acted]}
"""
# What these three are called; the pack beside them has seven more that nothing uses.
NAMED = ["concept set 'spare'", "measure 'forgotten'", "measure 'only_child'"]


@pytest.mark.parametrize("command", [["validate"], ["generate", "--check"], ["list"]])
def test_unused_definitions_are_one_line_with_a_count(command: list[str], folder: Path) -> None:
    where = with_pack(folder, unused=UNUSED)
    _, _, error = run(*command, *where)
    lines = error.splitlines()
    count = "warning: nothing uses 10 definitions; `measuremart validate --unused` names them"
    assert [line for line in lines if "nothing uses" in line] == [count]
    assert any("'or' has one child" in line for line in lines), "other warnings stay as they are"


@pytest.mark.parametrize("command", [["validate"], ["generate", "--check"]])
def test_unused_definitions_are_named_on_demand(command: list[str], folder: Path) -> None:
    where = with_pack(folder, unused=UNUSED)
    _, _, error = run(*command, "--unused", *where)
    named = [line.partition("warning: nothing uses ")[2] for line in error.splitlines() if "nothing uses" in line]
    assert len(named) == 10
    assert set(NAMED) <= set(named)
    assert any("'or' has one child" in line for line in error.splitlines())


def test_validate_and_generate_say_how_much_is_missing(folder: Path) -> None:
    options = with_pack(folder, gaps=GAPS)
    code, out, error = run("validate", *options)
    said = [
        "incomplete: 1 subquery",
        "unavailable: 1 measure, 1 indicator",
        "there in part: 1 cohort, 1 report",
    ]
    assert code == 0
    assert out.splitlines()[0].startswith("no errors: 1 population, ")
    assert out.splitlines()[1:] == [
        *said,
        "cohort mixed is without sub-cohort some: subquery gap is incomplete: later (by above > gap)",
        "indicator i is unavailable: subquery gap is incomplete: later (by above > gap)",
    ]
    warning = "warning: subquery gap is incomplete: later; it makes 1 indicator unavailable"
    assert f"definitions/bad/gaps.yml:2:14: {warning}" in error.splitlines()
    code, out, _ = run("generate", *options)
    assert (code, out.splitlines()[1:]) == (0, said)


def test_a_long_reason_is_not_broken_into_lines(folder: Path) -> None:
    reason = " ".join(["the registry has not answered yet"] * 20)
    _, out, _ = run("validate", *with_pack(folder, gaps=GAPS.replace("later", reason)))
    assert f"indicator i is unavailable: subquery gap is incomplete: {reason} (by above > gap)" in out.splitlines()


def test_validate_says_which_report_is_unavailable(folder: Path) -> None:
    gaps = GAPS.replace("{all: acted, some: above}", "{some: above}")
    code, out, _ = run("validate", *with_pack(folder, gaps=gaps))
    assert code == 0
    assert out.splitlines()[-1] == "report r is unavailable: subquery gap is incomplete: later (by above > gap)"


def test_an_unavailable_report_has_no_organisations(folder: Path) -> None:
    gaps = GAPS.replace("{all: acted, some: above}", "{some: above}")
    code, out, error = run("report", "r", "--organisation", "x", *with_pack(folder, gaps=gaps))
    assert (code, out) == (2, "")
    assert error.splitlines()[-1] == "report 'r' is unavailable: it has no results by organisation"


# --- list


def test_list_says_what_is_missing(folder: Path) -> None:
    code, out, _ = run("list", "--pack", "bad", "--json", *with_pack(folder, gaps=GAPS))
    assert code == 0
    assert {row["name"]: (row["state"], row["grain"]) for row in json.loads(out)} == {
        "gap": ("incomplete", ""),
        "above": ("unavailable", ""),
        "mixed": ("in part", "episode"),
        "i": ("unavailable", ""),
        "r": ("in part", ""),
    }


def test_list_as_json() -> None:
    code, out, _ = run("list", "--json", "--project-dir", str(ROOT))
    rows = json.loads(out)
    assert code == 0
    assert {row["pack"] for row in rows} == {folder.name for folder in (ROOT / "definitions").iterdir()}
    assert all(list(row) == ["name", "kind", "pack", "grain", "state", "description"] for row in rows)
    assert {row["state"] for row in rows} == {""}
    (row,) = [row for row in rows if row["name"] == "small_cell"]
    assert row["kind"] == "measure"
    assert row["grain"] == "episode"


@pytest.mark.parametrize("section", [section for section in SECTIONS if section != "extensions"])
def test_list_a_section(section: str) -> None:
    code, out, _ = run("list", section, "--json", "--project-dir", str(ROOT))
    rows = json.loads(out)
    assert code == 0
    assert len({row["kind"] for row in rows}) == 1
    names = [row["name"] for row in rows]
    assert names == sorted(names)


def test_list_extensions(tmp_path: Path) -> None:
    """No shipped pack has one."""
    shutil.copytree(ROOT / "definitions" / "omop", tmp_path / "definitions" / "omop")
    ward = tmp_path / "definitions" / "ward" / "ward.yml"
    ward.parent.mkdir()
    ward.write_text("extensions: {ward: {description: Wards., population: omop, organisations: {model: wards}}}\n")
    code, out, _ = run("list", "extensions", "--json", "--project-dir", str(tmp_path))
    (row,) = json.loads(out)
    assert code == 0
    assert (row["name"], row["kind"], row["pack"], row["description"]) == ("ward", "extension", "ward", "Wards.")


def test_list_a_pack() -> None:
    code, out, _ = run("list", "reports", "--pack", "lung", "--json", "--project-dir", str(ROOT))
    assert (code, [row["name"] for row in json.loads(out)]) == (0, ["lung_mdt"])
    code, out, error = run("list", "--pack", "lang", "--project-dir", str(ROOT))
    assert (code, out, error) == (2, "", "unknown pack 'lang' (did you mean 'lung'?)\n")


def test_list_as_a_table() -> None:
    code, out, _ = run("list", "reports", "--project-dir", str(ROOT))
    assert code == 0
    heading, *rows = out.splitlines()
    assert heading.split() == ["name", "kind", "pack", "grain", "state", "description"]
    assert any(row.startswith("lung_mdt") for row in rows)


# --- usage


def test_version() -> None:
    assert run("--version") == (0, f"measuremart {__version__}\n", "")
    done = subprocess.run(
        [sys.executable, "-m", "measuremart", "--version"], capture_output=True, text=True, check=False
    )
    if "No module named measuremart.__main__" not in done.stderr:
        assert done.stdout == f"measuremart {__version__}\n"


def test_a_folder_without_definitions(tmp_path: Path) -> None:
    for command in ("generate", "validate", "list"):
        code, out, error = run(command, "--project-dir", str(tmp_path))
        assert (code, out) == (2, "")
        assert error == (
            f"there is no folder {tmp_path / 'definitions'}: run this in the project, or say --project-dir\n"
        )


def test_an_empty_folder_of_definitions(tmp_path: Path) -> None:
    (tmp_path / "definitions").mkdir()
    code, _, error = run("validate", "--project-dir", str(tmp_path))
    assert code == 3
    assert error.startswith("definitions:1:1: no definition files: expected <pack>/*.yml here\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["generat"],
        ["generate", "--chek"],
        ["generate", "extra"],
        ["list", "measure"],
        ["list", "--pack"],
        ["validate", "--project-dir"],
        ["validate", "--project-dir", str(Path(__file__))],
        ["report"],
    ],
    ids=" ".join,
)
def test_wrong_usage(arguments: list[str]) -> None:
    code, out, error = run(*arguments)
    assert (code, out) == (2, "")
    assert "Usage:" in error or "requires an argument" in error


def test_a_report_that_nobody_defined() -> None:
    code, out, error = run("report", "lung_mtd", "--project-dir", str(ROOT))
    assert (code, out, error) == (2, "", "unknown report 'lung_mtd' (did you mean 'lung_mdt'?)\n")
    code, _, error = run("report", "small_cell", "--project-dir", str(ROOT))
    assert (code, error) == (2, "'small_cell' is a measure; a report is wanted here\n")


def test_messages_say_a_or_an() -> None:
    code, _, error = run("report", "mdt_discussion", "--project-dir", str(ROOT))
    assert (code, error) == (2, "'mdt_discussion' is an indicator; a report is wanted here\n")


def test_no_command_shows_help() -> None:
    done = CliRunner().invoke(app, [])
    assert "generate" in done.output
    assert "Usage:" in done.output


GROUP: Any = typer.main.get_command(app)
COMMANDS = {"": GROUP, **GROUP.commands}


@pytest.mark.parametrize("name", COMMANDS, ids=lambda name: name or "measuremart")
def test_everything_has_help(name: str) -> None:
    command = COMMANDS[name]
    assert (command.help or "").endswith(".")
    for parameter in command.params:
        text = getattr(parameter, "help", None)
        assert text, f"{name} {parameter.name}"
        assert text.endswith("."), text
    code, out, _ = run(*([name] if name else []), "--help")
    assert code == 0
    assert (command.help or "").split(";")[0].split(",")[0] in " ".join(out.split())
