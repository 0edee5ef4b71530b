"""Every error and check has an id, a chapter, and an example that has that problem and no other; the corrected one none."""

import ast
from pathlib import Path

import pytest
import test_bad_input
from measuremart.checks.rules import Rule, rule_of, rules
from measuremart.problems import UNUSED, Kind, Position, Problem
from measuremart.rule_pages import checks_manual, errors_manual, problems_of

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "generator" / "measuremart"
# No definition reaches the first (names of 36 characters stay distinct); the second takes 800 measures, and has its cases
# in test_checks.py; the third is of files, and has its test in test_problem_formats.py.
WITHOUT_EXAMPLE = {"clashing_relation", "too_broad_dataset", "not_current"}
EXAMPLES = [(rule, number) for rule in rules().values() for number in range(len(rule.examples))]


def ids_in_the_code() -> set[str]:
    """The literal ids that the code gives to problems: `check=...` of a call, and the fourth part of a `Problem`."""
    found = {UNUSED}
    for path in CODE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                named = [k.value for k in node.keywords if k.arg == "check"]
                is_problem = isinstance(node.func, ast.Name) and node.func.id == "Problem"
                parts = [*named, *(node.args[3:4] if is_problem else ())]
                found |= {p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str)}
    return found


def test_every_id_of_the_code_has_a_chapter() -> None:
    assert len(ids_in_the_code()) > 15
    assert ids_in_the_code() <= set(rules())


@pytest.mark.parametrize("rule", rules().values(), ids=lambda rule: rule.id)
def test_a_chapter_says_what_why_and_how_to_correct(rule: Rule) -> None:
    assert rule.title.endswith((".",))
    assert {"What", "Why", "Fix"} <= set(rule.parts)
    assert all(len(text) > 10 for text in rule.parts.values())
    assert bool(rule.examples) is (rule.id not in WITHOUT_EXAMPLE)
    assert f"## `{rule.id}`" in (checks_manual() if rule.is_check else errors_manual())


@pytest.mark.parametrize(("rule", "number"), EXAMPLES, ids=[f"{rule.id}-{number}" for rule, number in EXAMPLES])
def test_an_example_has_its_problem_and_no_other(rule: Rule, number: int) -> None:
    example = rule.examples[number]
    found = problems_of(rule, example.file, example.broken)
    assert {rule_of(problem).id for problem in found} == {rule.id}
    if example.corrected is not None:
        assert problems_of(rule, example.file, example.corrected) == []


@pytest.mark.parametrize("case", test_bad_input._cases(), ids=lambda case: case.title)
def test_every_broken_definition_has_a_rule_of_its_class(case: test_bad_input.Case, tmp_path: Path) -> None:
    found = [p for p in test_bad_input.read(tmp_path, bad=case.text).problems if "/bad/" in p.position.file]
    for problem in found:
        rule = rule_of(problem)
        assert rule.id != "waiver"
        kinds = {p.kind for e in rule.examples for p in problems_of(rule, e.file, e.broken)}
        assert problem.kind in kinds or rule.id in ("impossible_rule", "unreadable_file")


@pytest.mark.parametrize(
    ("kind", "message", "name"),
    [
        (Kind.YAML, "cannot be read: Permission denied", "unreadable_file"),
        (Kind.YAML, "file is not UTF-8 text", "unreadable_file"),
        (Kind.YAML, "'a' appears twice here; the first is on line 3", "repeated_key"),
        (Kind.YAML, "not YAML: a tab; indent with spaces", "not_yaml"),
        (Kind.YAML, 'not YAML: a text that is required; quote a text with "cannot"', "not_yaml"),
        (Kind.YAML, "tags (!name) are not allowed", "refused_yaml"),
        (Kind.LANGUAGE, "unknown key 'is required'; there are name", "unknown_key"),
        (Kind.LANGUAGE, "'description' is required", "missing_key"),
        (Kind.LANGUAGE, "'value' must be a number; found 'many'", "wrong_type"),
        (Kind.LANGUAGE, "'limit' is a reserved word of SQL: give the column another name in a model", "bad_name"),
        (Kind.LANGUAGE, "between takes [low, high]", "misfit_value"),
    ],
)
def test_the_words_of_an_error_tell_its_rule(kind: Kind, message: str, name: str) -> None:
    assert rule_of(Problem(Position("f", 1, 1), message, kind)).id == name
