"""Whatever stands in a definition file, there are problems with positions or a plan that every engine runs; no crash."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from measuremart.pipeline import Read, read_definitions
from measuremart.problems import Kind
from measuremart.render.project import render

from property.bench import Case
from property.cases import numbered
from property.comparison import Trial, told, trial
from property.definitions import write_measures
from property.house import HOUSE, text_of
from property.mutants import text_mutant, tree_mutant
from property.reports import write_reports

SEED = 1618


@pytest.fixture(scope="module")
def judge(postgres_dsn: str) -> Iterator[Trial]:
    with trial(postgres_dsn) as opened:
        yield opened


def case_of(number: int) -> Case:
    return numbered(SEED, number, write_reports if number % 3 == 0 else write_measures)


def read(folder: Path, text: str) -> Read:
    file = folder / "definitions" / "random" / "random.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="")
    return read_definitions(folder / "definitions")


def is_refused_well(folder: Path, text: str) -> bool:
    """Say whether there are errors; each must say where, and what is left of the plan must render where there are none."""
    found = read(folder, text)
    lines = len(text.splitlines()) + 1
    for problem in found.problems:
        assert problem.message
        assert problem.position.file == "definitions/random/random.yml", problem
        assert 1 <= problem.position.line <= lines, problem
        assert problem.position.column >= 1, problem
    if any(p.kind is not Kind.WARNING for p in found.problems):
        return True
    render(found.plan)
    return False


@pytest.mark.parametrize("part", range(4))
def test_any_text_is_read_or_refused(tmp_path: Path, part: int) -> None:
    for number in range(part * 60, (part + 1) * 60):
        rng = random.Random(f"{SEED} text {number}")
        is_refused_well(tmp_path, text_mutant(case_of(number).definitions, rng))


@pytest.mark.parametrize("part", range(4))
def test_any_tree_is_planned_or_refused(tmp_path: Path, part: int) -> None:
    refused = 0
    for number in range(part * 60, (part + 1) * 60):
        rng = random.Random(f"{SEED} tree {number}")
        tree = tree_mutant(case_of(number).definitions, rng, house_too=number % 3 == 0)
        refused += is_refused_well(tmp_path, text_of(tree))
    assert refused > 20


@pytest.mark.parametrize("part", range(2))
def test_a_change_that_is_still_valid_means_the_same_to_all(judge: Trial, part: int) -> None:
    """Changed definitions are odd in ways that drawn ones are not."""
    for number in range(part * 60, (part + 1) * 60):
        case = case_of(number)
        rng = random.Random(f"{SEED} valid {number}")
        changed = Case(case.population, tree_mutant(case.definitions, rng, house_too=False), case.rows)
        outcome = judge.run(changed)
        assert not outcome.differences, told(changed, outcome.differences[0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("measures: {m1: {or: null}}", "1:17: 'or' has nothing after it"),
        (
            "subqueries: {s1: {target: t, rules: [{exact: {x: 1}}]}}",
            "1:46: 'id' is required",
        ),
        ("subqueries: {s1: {target: t, rules: [{equals: {x: 1}}]}}", "1:47: 'equals' must be text; found a mapping"),
    ],
)
def test_what_mutants_found(tmp_path: Path, text: str, said: str) -> None:
    assert f"definitions/random/random.yml:{said}" in [str(p) for p in read(tmp_path, text).problems]


def test_an_and_of_children_that_all_contradict_themselves_is_refused(tmp_path: Path) -> None:
    """The check for it once failed where no child was left to compare."""
    event = {"target": "record", "resolve_by": "event", "rules": [{"exact": 1}], "where": {"sex": "male"}}
    never = {"filter": {"of": {"filter": {"of": event, "sex": "female"}}, "sex": "female"}}
    found = read(tmp_path, text_of({**HOUSE, "measures": {"m1": {"and": [never, never]}}}))
    assert any("two sexes" in p.message for p in found.problems)
