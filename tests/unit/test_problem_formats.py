"""Problems as frames for a terminal, and as JSON, annotations of GitHub and SARIF for programs."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from measuremart.cli import app
from measuremart.problem_frames import frames
from measuremart.problems import UNUSED, Kind, Position, Problem
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parents[2]
BROKEN = """subqueries:
  visits:
    target: visit
    rules:
      - exakt: 9201
"""
WARNED = "measures:\n  alone: {first: staged}\n"
CLEAN = WARNED.replace("staged}", "staged, waive: [{check: unused_definition, reason: later}]}")
BASE = """populations:
  omop: {person: {model: person}, episodes: {model: episode}}
targets:
  visit: {model: v, number: null, unit: null, dates: {start: s}}
subqueries:
  staged: {target: visit, rules: [{exact: 1}]}
"""
# The main rules of SARIF 2.1.0, sections 3.13 to 3.30: what a log, a run, a driver, a rule and a result must have.
SARIF: dict[str, Any] = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "$schema": {"type": "string", "format": "uri"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "properties": {
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {
                                            "type": "object",
                                            "required": ["id"],
                                            "properties": {
                                                part: {"type": "object", "required": ["text"]}
                                                for part in ("shortDescription", "fullDescription", "help")
                                            },
                                        },
                                    }
                                },
                            }
                        },
                    },
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["message", "ruleId", "ruleIndex", "level", "locations"],
                            "properties": {
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "message": {"type": "object", "required": ["text"]},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "locations": {
                                    "type": "array",
                                    "minItems": 1,
                                    "items": {
                                        "properties": {
                                            "physicalLocation": {
                                                "required": ["artifactLocation", "region"],
                                                "properties": {
                                                    "artifactLocation": {
                                                        "required": ["uri"],
                                                        "properties": {
                                                            "uri": {"type": "string", "pattern": "^[^ \\\\]+$"}
                                                        },
                                                    },
                                                    "region": {
                                                        "required": ["startLine", "startColumn"],
                                                        "properties": {
                                                            "startLine": {"type": "integer", "minimum": 1},
                                                            "startColumn": {"type": "integer", "minimum": 1},
                                                        },
                                                    },
                                                },
                                            }
                                        }
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "definitions" / "mine").mkdir(parents=True)
    (tmp_path / "definitions" / "mine" / "base.yml").write_text(BASE, encoding="utf-8")
    return tmp_path


def validated(project: Path, text: str, *words: str, **settings: str) -> tuple[int, str, str]:
    (project / "definitions" / "mine" / "mine.yml").write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["validate", *words, "--project-dir", str(project)], env=settings)
    return done.exit_code, done.stdout, done.stderr


def framed(project: Path, text: str, *problems: Problem) -> str:
    (project / "definitions" / "mine" / "mine.yml").write_text(text, encoding="utf-8")
    return "\n".join(frames(problems, project / "definitions"))


def at(line: int, column: int, message: str = "unknown key 'x'; there are y", kind: Kind = Kind.LANGUAGE) -> Problem:
    return Problem(Position("definitions/mine/mine.yml", line, column), message, kind)


def test_the_frame_is_that_of_the_page(project: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "errors.md").read_text(encoding="utf-8")
    message = "unknown matcher or key 'exakt' (did you mean 'exact'?)"
    said = framed(project, BROKEN, at(5, 9, message))
    assert f"```text\n{said.strip()}\n```" in page


def test_the_remedy_is_said_once_for_each_rule(project: Path) -> None:
    said = framed(project, BROKEN, at(5, 9), at(3, 5), at(2, 3, "'a' is required"))
    assert said.count("= more: measuremart rule unknown_key") == 1
    assert said.count("= more: measuremart rule missing_key") == 1
    assert said.count("error[unknown_key]") == 2


def test_the_mark_lies_below_the_word_in_wide_letters_and_behind_a_tab(project: Path) -> None:
    lines = framed(project, "a: {検査: 1}\n\tb: 1\n", at(1, 5), at(2, 2)).splitlines()
    assert [lines[n] for n in (3, 4)] == ["1 | a: {検査: 1}", "  |     ^^^^"]
    second = next(n for n, line in enumerate(lines) if line.startswith("2 |"))
    assert [lines[second], lines[second + 1]] == ["2 |  b: 1", "  |  ^"]


def test_a_line_gives_the_terminal_no_orders_and_is_not_endless(project: Path) -> None:
    said = framed(project, f"a: \x1b[31mred\n{' ' * 5000}b: 1\n", at(1, 1), at(2, 5001))
    assert "\x1b" not in said
    assert "1 | a: ?[31mred" in said
    assert max(map(len, said.splitlines())) < 200
    assert any(line.endswith("^") for line in said.splitlines())


@pytest.mark.parametrize("place", ["definitions/mine", "definitions/none.yml", "packs of measuremart/lung/x.yml"])
def test_a_problem_without_a_line_has_no_mark(project: Path, place: str) -> None:
    problem = Problem(Position(place, 1, 1), "cannot be read: a link to nothing", Kind.YAML)
    said = "\n".join(frames([problem], project / "definitions"))
    assert "^" not in said
    assert "error[unreadable_file]: cannot be read" in said


def test_a_terminal_gets_frames_and_a_pipe_gets_lines(project: Path) -> None:
    code, _, said = validated(project, BROKEN)
    assert code == 4
    assert said.splitlines()[0].startswith("definitions/mine/mine.yml:5:9: unknown matcher")
    assert "^^^^^" not in said


def test_json_has_all_problems_and_nothing_else(project: Path) -> None:
    code, out, _ = validated(project, BROKEN, "--format", "json")
    (found,) = json.loads(out)
    assert code == 4
    assert (found["line"], found["column"], found["level"], found["rule"]) == (5, 9, "error", "unknown_key")
    code, out, _ = validated(project, WARNED, "--format", "json")
    assert (code, [p["rule"] for p in json.loads(out)]) == (0, [UNUSED])


def test_github_gets_annotations_of_one_line_each(project: Path) -> None:
    code, out, _ = validated(project, BROKEN, "--format", "github")
    assert code == 4
    assert out == (
        "::error file=definitions/mine/mine.yml,line=5,col=9,title=unknown_key::"
        "unknown matcher or key 'exakt' (did you mean 'exact'?)\n"
    )
    code, out, _ = validated(project, WARNED + "  other: {last: staged}\n", "--format", "github")
    assert (code, out) == (
        0,
        "::notice::nothing uses 2 definitions; `measuremart validate --unused` names them\n",
    )


def test_what_an_author_wrote_ends_no_annotation(project: Path) -> None:
    text = 'subqueries:\n  "a\\n::warning::b, 100%": {target: visit}\n'
    code, out, _ = validated(project, text, "--format", "github")
    assert code == 4
    assert all(line.startswith("::error file=definitions/mine/mine.yml,line=2") for line in out.splitlines())
    assert "100%25" in out


@pytest.mark.parametrize("text", [BROKEN, WARNED, "measures:\n\ta: 1\n", CLEAN])
def test_sarif_is_valid_and_names_its_rules(project: Path, text: str) -> None:
    _, out, _ = validated(project, text, "--format", "sarif")
    log = json.loads(out)
    jsonschema.validate(log, SARIF)
    (run,) = log["runs"]
    names = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert names == sorted(set(names))
    assert all(names[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    assert bool(run["results"]) is (text != CLEAN)


def test_files_that_are_not_current_are_problems_of_a_check(project: Path) -> None:
    def checked(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["generate", *words, "--project-dir", str(project)])
        return done.exit_code, done.stdout

    (project / "definitions" / "mine" / "mine.yml").write_text(CLEAN, encoding="utf-8")
    assert checked()[0] == 0
    assert checked("--check", "--format", "json") == (0, "[]\n")
    model = project / "models" / "generated" / "mine" / "measures" / "measure__alone.sql"
    model.write_text(f"{model.read_text(encoding='utf-8')}\n-- edited", encoding="utf-8")
    code, out = checked("--check", "--format", "json")
    (found,) = json.loads(out)
    assert (code, found["rule"], found["level"]) == (1, "not_current", "error")
    assert found["file"] == "models/generated/mine/measures/measure__alone.sql"
    code, out = checked("--check", "--format", "github")
    assert code == 1
    assert out.startswith("::error file=models/generated/mine/measures/measure__alone.sql,line=1,col=1,")
    code, out = checked("--check", "--format", "sarif")
    jsonschema.validate(json.loads(out), SARIF)
    assert code == 1
    (project / "definitions" / "mine" / "mine.yml").write_text(BROKEN, encoding="utf-8")
    code, out = checked("--check", "--format", "json")
    assert (code, [p["rule"] for p in json.loads(out)]) == (4, ["unknown_key"])
    assert checked("--format", "json") == (2, "")


def test_rule_prints_a_chapter_the_list_and_the_nearest_name() -> None:
    done = CliRunner().invoke(app, ["rule", "single_child"])
    assert done.exit_code == 0
    assert done.stdout.startswith("## `single_child`\n\nAn `or` or `and` with one child.")
    assert "any_treatment: {or: [chemotherapy]}" in done.stdout
    done = CliRunner().invoke(app, ["rule"])
    assert "unknown_key: A key that the language does not have." in done.stdout
    done = CliRunner().invoke(app, ["rule", "single_chld"])
    assert done.exit_code == 2
    assert "did you mean 'single_child'?" in done.stderr
