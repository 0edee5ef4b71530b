"""`diff`: edits that change a meaning reach exactly what they should; edits of wording reach nothing.

The expected sets are written from the definitions below, by who names whom.
"""

import re
import subprocess
from pathlib import Path

import pytest
from measuremart.explain.difference import DifferenceError, difference_lines, differences, folder_at
from measuremart.pipeline import Read, read_definitions

PACK = """
populations:
  omop:
    person: {model: person, sex: sex, birth_date: born, sexes: {female: 8532, male: 8507}}
    episodes: {model: episode}
    stratifiers: {race: {column: race}}
targets:
  drug: {model: drug, dates: {start: start_date, end: end_date}, missing_end: start}
  death: {model: death, episode: null, dates: {start: death_date}}
concept_sets:
  taxanes: {description: Taxanes, concepts: [{id: 7, descendants: true}, 8]}
subqueries:
  given: {description: Given, target: drug, rules: [{phenotype: taxanes}, {exact: [1, 2]}], exclude: [{exact: 3}]}
  died: {description: Died, target: death, rules: [{presence: start}]}
  numbered: {description: Numbered, target: drug, rules: [{any: [{presence: number}, {exact: 9}]}]}
measures:
  treated: {description: Treated, subquery: given}
  dead: {description: Dead, first: died}
  either: {description: Either, or: [treated, {filter: {of: numbered, age: {min: 18}}}]}
  near:
    description: Near
    window: {anchor: dead, candidate: treated, from: {days: -30}, to: {days: 0}, align: person}
cohorts:
  c: {description: Cohort, definitions: {all_of_them: either}}
indicators:
  x: {title: X, description: Text., denominator: full_cohort, numerator: treated, exclusions: [dead]}
  y:
    title: Y
    description: Text.
    denominator: dead
    numerator: treated
    numerator_window: {before: {days: 30}, after: {days: 0}}
    reference_date: denominator
    benchmark: {value: 10, unit: percent}
reports:
  r:
    title: R
    description: Text.
    cohorts: [c]
    indicators: [x, y]
    periods: [month]
    dataset: [near]
    stratify_by: [sex]
"""

ALL_OF_GIVEN = {"given", "treated", "either", "near", "c", "x", "y", "r"}
MEANT = {
    "a concept more": ("8]}", "8, 10]}", {"taxanes", *ALL_OF_GIVEN}),
    "with descendants": ("descendants: true}, 8", "descendants: true}, {id: 8, descendants: true}", {"taxanes", *ALL_OF_GIVEN}),
    "a rule less": (", {exact: [1, 2]}]", "]", ALL_OF_GIVEN),
    "a rule twice": ("{exact: [1, 2]}]", "{exact: [1, 2]}, {exact: [1, 2]}]", ALL_OF_GIVEN),
    "an exclusion": ("{exact: 3}", "{exact: 4}", ALL_OF_GIVEN),
    "another grain": ("target: drug, rules: [{phenotype", "target: drug, resolve_by: person, rules: [{phenotype", ALL_OF_GIVEN),
    "a sex": ("rules: [{presence: start}]", "rules: [{presence: start}], where: {sex: female}", {"died", "dead", "near", "x", "y", "r"}),
    "an age": ("min: 18", "min: 19", {"either", "c", "r"}),
    "a window of a measure": ("{days: -30}", "{days: -31}", {"near", "r"}),
    "last for first": ("first: died", "last: died", {"dead", "near", "x", "y", "r"}),
    "a window of an indicator": ("before: {days: 30}", "before: {days: 31}", {"y", "r"}),
    "a benchmark": ("value: 10", "value: 11", {"y", "r"}),
    "an exclusion less": (", exclusions: [dead]", "", {"x", "r"}),
    "a period more": ("[month]", "[month, year]", {"r"}),
    "an override": ("[x, y]", "[x, {y: {open_window: not_met}}]", {"r"}),
    "another model": ("{model: death,", "{model: deaths,", {"death", "died", "dead", "near", "x", "y", "r"}),
    "another column of birth": ("birth_date: born", "birth_date: birth", {"omop", "drug", "death", "taxanes", "numbered", "died", "dead", *ALL_OF_GIVEN} - {"taxanes"}),
    "another sub-cohort": ("all_of_them: either", "everybody: either", {"c", "r"}),
}  # fmt: skip
SAME = {
    "a description": ("description: Given", "description: Was given"),
    "a title": ("title: X", "title: Another"),
    "a name for a concept": ("{id: 7, desc", "{id: 7, name: Taxane, desc"),
    "the order of concepts": ("[{id: 7, descendants: true}, 8]", "[8, {id: 7, descendants: true}]"),
    "the order of ids": ("exact: [1, 2]", "exact: [2, 1]"),
    "the order of rules": ("[{phenotype: taxanes}, {exact: [1, 2]}]", "[{exact: [1, 2]}, {phenotype: taxanes}]"),
    "the order of any": ("[{presence: number}, {exact: 9}]", "[{exact: 9}, {presence: number}]"),
    "the order of or": ("[treated, {filter: {of: numbered, age: {min: 18}}}]", "[{filter: {of: numbered, age: {min: 18}}}, treated]"),
    "a child of or twice": ("or: [treated,", "or: [treated, treated,"),
    "or within or": ("or: [treated,", "or: [{or: [treated]},"),
    "a comment": ("subqueries:\n", "# nothing\n\nsubqueries:\n"),
    "a benchmark's zeros": ("value: 10", "value: 10.00"),
    "the order of indicators": ("indicators: [x, y]", "indicators: [y, x]"),
    "another spelling of a default": ("denominator: dead\n", "denominator: dead\n    opportunity: any\n"),
}  # fmt: skip


def read(folder: Path, text: str, name: str = "all.yml") -> Read:
    (folder / "p").mkdir(parents=True)
    (folder / "p" / name).write_text(text, encoding="utf-8")
    found = read_definitions(folder)
    assert not [p for p in found.problems if p.kind.name != "WARNING"], found.problems
    return found


def edited(old: str, new: str) -> str:
    assert PACK.count(old) == 1, old
    return PACK.replace(old, new)


@pytest.mark.parametrize("case", MEANT)
def test_an_edit_that_changes_a_meaning_reaches_exactly_what_names_it(case: str, tmp_path: Path) -> None:
    old, new, affected = MEANT[case]
    found = differences(read(tmp_path / "old", PACK), read(tmp_path / "new", edited(old, new)))
    assert {d.node[1] for d in found} == affected
    assert {d.change for d in found} <= {"changed", "reached"}
    assert "changed" in {d.change for d in found}


@pytest.mark.parametrize("case", SAME)
def test_an_edit_of_wording_or_order_reaches_nothing(case: str, tmp_path: Path) -> None:
    old, new = SAME[case]
    found = differences(read(tmp_path / "old", PACK), read(tmp_path / "new", edited(old, new)))
    assert list(difference_lines(found)) == ["No definition has another meaning."]


def test_a_file_that_moves_changes_nothing(tmp_path: Path) -> None:
    moved = read(tmp_path / "new", f"\n\n{PACK}", "elsewhere.yml")
    assert differences(read(tmp_path / "old", PACK), moved) == []


def test_an_edited_window_is_shown_in_words_and_what_it_reaches_by_name(tmp_path: Path) -> None:
    new = read(tmp_path / "new", edited("before: {days: 30}", "before: {days: 31}"))
    said = list(difference_lines(differences(read(tmp_path / "old", PACK), new)))
    day = "before the denominator's date to that day, both days included."
    assert said == [
        "Changed:",
        "  indicator y (Y)",
        f"    - Done are those in measure treated (Treated), from 30 days {day}",
        f"    + Done are those in measure treated (Treated), from 31 days {day}",
        "",
        "Reached by these changes:",
        "  report r (R)",
        "",
        "Reports whose results can differ: r.",
    ]


def test_a_new_name_is_a_new_name_and_not_a_change_but_for_a_column(tmp_path: Path) -> None:
    renamed = re.sub(r"\btreated\b", "was_treated", PACK)
    found = differences(read(tmp_path / "old", PACK), read(tmp_path / "new", renamed))
    assert [(d.change, d.node[1], d.before) for d in found] == [("renamed", "was_treated", "treated")]


def test_what_is_added_and_removed_is_named(tmp_path: Path) -> None:
    new = read(
        tmp_path / "new", PACK.replace("measures:\n", "measures:\n  more: {description: More, subquery: died}\n")
    )
    old = read(tmp_path / "old", PACK)
    assert [(d.change, d.node[1]) for d in differences(old, new)] == [("added", "more")]
    assert [(d.change, d.node[1]) for d in differences(new, old)] == [("removed", "more")]


def test_what_becomes_unavailable_is_a_change(tmp_path: Path) -> None:
    new = read(tmp_path / "new", edited("first: died", "incomplete: nobody knows"))
    found = {d.node[1] for d in differences(read(tmp_path / "old", PACK), new)}
    assert found == {"dead", "near", "x", "y", "r"}


def git(folder: Path, *words: str) -> None:
    names = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *names, *words], check=True, capture_output=True)


def test_the_definitions_of_a_commit_are_read_from_git(tmp_path: Path) -> None:
    project = tmp_path / "project"
    now = read(project / "definitions", PACK)
    git(project, "init", "-q")
    git(project, "add", ".")
    git(project, "commit", "-qm", "one")
    (project / "definitions" / "p" / "all.yml").write_text(edited("value: 10", "value: 11"), encoding="utf-8")
    with folder_at(project, "HEAD", project / "definitions") as folder:
        then = read_definitions(folder)
    assert not folder.exists()
    assert differences(then, now) == []
    assert {d.node[1] for d in differences(then, read_definitions(project / "definitions"))} == {"y", "r"}


@pytest.mark.parametrize("reference", ["nothing", "--output=file", "HEAD:definitions/p/all.yml"])
def test_a_reference_that_git_does_not_have_is_said(reference: str, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "definitions").mkdir()
    with (
        pytest.raises(DifferenceError, match="git does not have definitions at"),
        folder_at(tmp_path, reference, tmp_path / "definitions"),
    ):
        pass
