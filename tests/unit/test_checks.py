"""Every check finds its fault, keeps still on the mended definition, and says what its manual page promises."""

import inspect
from pathlib import Path

import pytest
from check_cases import CASES
from measuremart.checks.run import CHECKS, UNWAIVABLE, check_id
from measuremart.pipeline import read_definitions
from measuremart.rule_pages import checks_manual

BASE = """
populations:
  omop:
    person: {model: person, sex: sex, sexes: {female: 8532, male: 8507}}
    episodes: {model: episode}
targets:
  drug: {model: drug, unit: null, flag: null, text: drug_text}
"""
# A subquery `s`, measures `m` and `n`, all used by a report, so that no check speaks of them.
USED = """
subqueries:
  s: {target: drug, rules: [{exact: 1}]}
  e: {target: drug, resolve_by: event, rules: [{exact: 1}]}
measures:
  m: {subquery: s}
  n: {first: s}
  both: {and: [m, n, {at: episode, of: e}]}
cohorts:
  c: {definitions: {all: m}}
indicators:
  i: {title: t, description: d, denominator: m, numerator: n}
reports:
  r: {title: t, description: d, cohorts: [c], indicators: [i], dataset: [both%s]}
"""


def problems(tmp_path: Path, text: str, used: str = "") -> list[str]:
    folder = tmp_path / "definitions" / "pack"
    folder.mkdir(parents=True)
    (folder / "base.yml").write_text(BASE)
    (folder / "used.yml").write_text(USED % used)
    (folder / "x.yml").write_text(text)
    found = read_definitions(tmp_path / "definitions").problems
    return [f"{p.check} {str(p).removeprefix('definitions/pack/')}" for p in found]


@pytest.mark.parametrize("case", CASES)
def test_check(case: str, tmp_path: Path) -> None:
    text, used, expected = CASES[case]
    assert problems(tmp_path, text, used) == expected


def test_every_check_is_tried() -> None:
    named = {line.split(" ", 1)[0] for _, _, expected in CASES.values() for line in expected}
    # Names of 36 characters stay distinct in the longest relation, so no definition can reach this check yet.
    assert {check_id(c) for c in CHECKS} - named == {"clashing_relation"}


@pytest.mark.parametrize("check", CHECKS, ids=check_id)
def test_every_check_has_a_manual_page(check: object) -> None:
    text = inspect.getdoc(check) or ""
    for word in ("What:", "Why:", "Example:", "Fix:"):
        assert word in text
    assert f"## `{check_id(check)}`" in checks_manual()  # type: ignore[arg-type]
    assert set(UNWAIVABLE) < {check_id(c) for c in CHECKS}
