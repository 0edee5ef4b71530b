"""Which events a definition asks for of a reduced target (semantics.md 2.9)."""

from __future__ import annotations

from pathlib import Path

import pytest
from measuremart.pipeline import Read, read_definitions
from measuremart.plan.demand import Asked, demand_of, readers
from measuremart.problems import Kind
from measuremart.render.catalogue import catalogue_rows

CLINIC = """
populations:
  clinic: {person: {model: person, sex: sex_id, sexes: {female: 8532}}, episodes: {model: episode}}
concept_sets:
  five: {description: Five., concepts: [5]}
  six: {description: Six., concepts: [6]}
targets:
  test:
    population: clinic
    model: target__test
    reduced_by: concept_id
    concepts: {status: status_id, again: concept_id}
    texts: {note: note}
  answer:
    population: clinic
    model: target__test
    reduced_by: concept_id
    concept: value_concept_id
    concepts: {asked: concept_id}
  letter: {population: clinic, model: target__letter, dates: {}}
"""


def exact(*concepts: int) -> frozenset[Asked]:
    return frozenset(Asked("exact", concept) for concept in concepts)


def below(*concepts: int) -> frozenset[Asked]:
    return frozenset(Asked("hierarchy", concept) for concept in concepts)


def in_set(*names: str) -> frozenset[Asked]:
    return frozenset(Asked("concept_set", concept_set=name) for name in names)


def read(folder: Path, text: str = "", **about: str) -> Read:
    for pack, content in {"clinic": "title: Clinic\n", **about}.items():
        (folder / pack).mkdir(exist_ok=True)
        (folder / pack / "pack.yml").write_text(content, encoding="utf-8")
    (folder / "clinic" / "clinic.yml").write_text(CLINIC + text, encoding="utf-8")
    return read_definitions(folder)


def errors(found: Read) -> list[str]:
    return [problem.message for problem in found.problems if problem.kind is not Kind.WARNING]


EVERYTHING = None
RULES = {
    "rules: [{exact: 5}]": exact(5),
    "rules: [{exact: [5, 6]}]": exact(5, 6),
    "rules: [{hierarchy: 5}]": below(5),
    "rules: [{phenotype: five}]": in_set("five"),
    "rules: [{exact: 5, role: again}]": exact(5),
    "rules: [{exact: 5}, {hierarchy: 6}, {phenotype: six}]": exact(5) | below(6) | in_set("six"),
    # A rule that names no concept of the event itself may match any event.
    "rules: [{exact: 5, role: status}]": EVERYTHING,
    "rules: [{presence: concept}]": EVERYTHING,
    "rules: [{absence: number}]": EVERYTHING,
    "rules: [{substring: lung}]": EVERYTHING,
    "rules: [{starts_with: C34, of: code}]": EVERYTHING,
    "rules: [{substring: {code_of: 5}, of: code}]": EVERYTHING,
    "rules: [{equals: lung, role: note}]": EVERYTHING,
    'rules: [{scalar: {op: ">", value: 2}}]': EVERYTHING,
    "rules: [{predicate: true}]": EVERYTHING,
    "rules: [{exact: 5}, {substring: lung}]": EVERYTHING,
    # All of them on the same row: one that names concepts is enough.
    "rules: [{exact: 5, substring: lung}]": exact(5),
    'rules: [{scalar: {op: ">", value: 2, concept: 5}}]': exact(5),
    "rules: [{all: [{presence: number}, {hierarchy: 5}]}]": below(5),
    "rules: [{all: [{exact: [5, 6]}, {exact: 6, role: again}]}]": exact(6),
    "rules: [{any: [{exact: 5}, {all: [{hierarchy: 6}, {predicate: true}]}]}]": exact(5) | below(6),
    "rules: [{any: [{exact: 5}, {predicate: true}]}]": EVERYTHING,
    "rules: [{all: [{any: [{exact: 5}, {predicate: true}]}, {exact: 6}]}]": exact(6),
    # What every row must meet; exclusions ask for nothing less.
    "rules: [{presence: concept}], where: {exact: 5}": exact(5),
    "rules: [{substring: lung}], where: {any: [{exact: 5}, {exact: 6}]}": exact(5, 6),
    "rules: [{presence: concept}], where: {sex: female}": EVERYTHING,
    "rules: [{presence: concept}], exclude: [{exact: 5}]": EVERYTHING,
    "rules: [{exact: [5, 6]}], exclude: [{exact: 5}]": exact(5, 6),
}


@pytest.mark.parametrize("rules", RULES)
def test_what_a_subquery_asks_for(tmp_path: Path, rules: str) -> None:
    found = read(tmp_path, f"subqueries: {{asked: {{description: Asked., target: test, {rules}}}}}\n")
    assert errors(found) == []
    assert demand_of(found.plan.subqueries["asked"].subquery) == RULES[rules]


def test_the_main_concept_of_a_target_may_not_be_what_reduces_it(tmp_path: Path) -> None:
    text = """
subqueries:
  an_answer: {description: Any answer., target: answer, rules: [{exact: 5}]}
  an_answer_to_six: {description: An answer to six., target: answer, rules: [{exact: 5}], where: {exact: 6, role: asked}}
"""
    plan = read(tmp_path, text).plan
    assert demand_of(plan.subqueries["an_answer"].subquery) is None
    assert demand_of(plan.subqueries["an_answer_to_six"].subquery) == exact(6)


def test_who_reads_a_reduced_target(tmp_path: Path) -> None:
    """Named subqueries, those in place, a population, and what a pack says; no target that is not reduced."""
    text = """
measures:
  in_place: {count: {of: {target: test, rules: [{exact: 5}]}, at_least: 2, per: person}}
  letters: {subquery: {target: letter, rules: [{exact: 5}]}}
subqueries:
  named: {description: Named., target: answer, rules: [{exact: 6, role: asked}]}
"""
    about = {
        "clinic": "title: Clinic\nreads: {test: [five, six]}\n",
        "ward": "title: Ward\nreads: {answer: everything}\n",
    }
    found = read(tmp_path, text, **about)
    assert errors(found) == []
    asked = {(r.pack, r.construct, r.definition, r.model): r.demand for r in readers(found.plan)}
    assert asked == {
        ("clinic", "measure", "in_place", "target__test"): exact(5),
        ("clinic", "subquery", "named", "target__test"): exact(6),
        ("clinic", "pack", "clinic", "target__test"): in_set("five", "six"),
        ("ward", "pack", "ward", "target__test"): EVERYTHING,
    }


@pytest.mark.parametrize(
    "population",
    [
        "{person: {model: target__test}}",
        "{person: {model: person}, episodes: {model: target__test}}",
        "{person: {model: person}, organisations: {model: target__test}}",
        "{person: {model: person}, organisations: {model: sites}, attributions: {seen: {model: target__test, episode: null}}}",
    ],
)
def test_a_population_reads_all_of_a_target(tmp_path: Path, population: str) -> None:
    read(tmp_path, ward="title: Ward\n")
    (tmp_path / "ward" / "ward.yml").write_text(f"populations: {{tested: {population}}}\n", encoding="utf-8")
    found = read_definitions(tmp_path)
    assert errors(found) == []
    assert [(r.pack, r.construct, r.definition, r.demand) for r in readers(found.plan)] == [
        ("ward", "population", "tested", EVERYTHING)
    ]


def test_the_catalogue_lists_demands_and_reduced_targets(tmp_path: Path) -> None:
    text = "subqueries: {asked: {description: Asked., target: test, rules: [{hierarchy: 6}, {phenotype: five}]}}\n"
    about = {"clinic": "title: Clinic\nbuilt: by_default\n", "ward": "title: Ward\nreads: {test: everything}\n"}
    plan = read(tmp_path, text, **about).plan
    clinic = ("clinic", "by_default")
    assert set(catalogue_rows(plan)["catalogue_target_demand"]) == {
        (*clinic, "target", "test", "target__test", "nothing", None, None),
        (*clinic, "target", "answer", "target__test", "nothing", None, None),
        (*clinic, "subquery", "asked", "target__test", "hierarchy", 6, None),
        (*clinic, "subquery", "asked", "target__test", "concept_set", None, "five"),
        ("ward", "on_request", "pack", "ward", "target__test", "everything", None, None),
    }


@pytest.mark.parametrize(
    ("about", "fault"),
    [
        ("reads: {tset: everything}", "unknown target 'tset' (did you mean 'test'?)"),
        ("reads: {letter: everything}", "target 'letter' is not reduced"),
        ("reads: {test: [fife]}", "unknown concept set 'fife' (did you mean 'five'?)"),
    ],
)
def test_reads_that_name_nothing_are_errors(tmp_path: Path, about: str, fault: str) -> None:
    assert errors(read(tmp_path, clinic=f"title: Clinic\n{about}\n")) == [fault]


def test_a_further_target_of_a_reduced_model_asks_too(tmp_path: Path) -> None:
    """It need not say that the model is reduced."""
    text = CLINIC.replace("    reduced_by: concept_id\n    concept: value_concept_id", "    concept: value_concept_id")
    assert text.count("reduced_by") == 1
    (tmp_path / "clinic").mkdir()
    text += "subqueries: {asked: {description: Asked., target: answer, rules: [{exact: 6, role: asked}]}}\n"
    (tmp_path / "clinic" / "clinic.yml").write_text(text, encoding="utf-8")
    found = read_definitions(tmp_path)
    assert errors(found) == []
    assert [(r.definition, r.model, r.demand) for r in readers(found.plan)] == [("asked", "target__test", exact(6))]


def test_targets_of_one_model_are_reduced_alike(tmp_path: Path) -> None:
    text = CLINIC.replace(
        "reduced_by: concept_id\n    concept: value", "reduced_by: value_concept_id\n    concept: value"
    )
    assert text != CLINIC
    (tmp_path / "clinic").mkdir()
    (tmp_path / "clinic" / "clinic.yml").write_text(text, encoding="utf-8")
    (fault,) = errors(read_definitions(tmp_path))
    assert fault == (
        "target 'test' reads the model target__test, too, with reduced_by: concept_id: write the same in both"
    )


def test_a_concept_set_that_a_pack_reads_is_used(tmp_path: Path) -> None:
    unused = [p.message for p in read(tmp_path, clinic="title: Clinic\nreads: {test: [five]}\n").problems]
    assert "nothing uses concept set 'six'" in unused
    assert "nothing uses concept set 'five'" not in unused
