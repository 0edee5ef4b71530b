"""What is unavailable, and the names that lead to why (semantics.md 4.2)."""

from pathlib import Path

import pytest
from measuremart.definitions.measure import OPERATORS
from measuremart.pipeline import Read, read_definitions
from measuremart.plan.states import state_of, states
from measuremart.plan.unavailable import Cause
from measuremart.problems import Kind

BASE = (Path(__file__).parent / "bad_input" / "base.yml").read_text(encoding="utf-8")


def written(folder: Path, text: str) -> Path:
    for name, content in {"base": BASE, "mine": text}.items():
        (folder / name).mkdir()
        (folder / name / f"{name}.yml").write_text(content, encoding="utf-8")
    return folder


def errors(found: Read) -> list[str]:
    return [str(p) for p in found.problems if p.kind is not Kind.WARNING]


def read(folder: Path, text: str) -> Read:
    found = read_definitions(written(folder, text))
    assert errors(found) == []
    return found


def said(causes: tuple[Cause, ...]) -> list[str]:
    return [f"{' > '.join(cause.path)}: {cause.incomplete.reason}" for cause in causes]


# One measure of each operator with the incomplete subquery as its only child, or beside an available one.
ABOVE = {
    "subquery": ["{subquery: gap}"],
    "or": ["{or: [gap]}", "{or: [acted, gap]}", "{or: [acted, {and: [acted, gap]}]}"],
    "and": ["{and: [acted, gap]}"],
    "except": ["{except: [acted, gap]}", "{except: [gap, acted]}"],
    "first": ["{first: gap}", "{first: {of: gap, per: person}}"],
    "last": ["{last: gap}"],
    "nth": ["{nth: {of: gap, n: 2}}"],
    "count": ["{count: {of: gap, at_least: 2}}"],
    "filter": ["{filter: {of: gap, on_or_after: 2024-01-01}}"],
    "at": ["{at: person, of: gap}"],
    "window": ["{window: {anchor: acted, candidate: gap}}", "{window: {anchor: gap, candidate: acted}}"],
    "incomplete": ["{incomplete: no words}", "{or: [acted, {incomplete: no words}]}"],
}


def test_every_operator_is_tried() -> None:
    assert set(ABOVE) == {operator.rstrip("_") for operator in OPERATORS}


@pytest.mark.parametrize("entry", [entry for entries in ABOVE.values() for entry in entries])
def test_one_unavailable_child_is_enough(entry: str, tmp_path: Path) -> None:
    found = read(tmp_path, f"subqueries: {{gap: {{target: act, incomplete: later}}}}\nmeasures: {{above: {entry}}}\n")
    assert "above" not in found.plan.measures
    assert "above" in found.plan.unavailable.measures
    assert "acted" in found.plan.measures
    assert said(found.plan.unavailable.parts.causes(["above"])) in (["above > gap: later"], ["above: no words"])


GAPS = """
subqueries:
  gap: {target: act, incomplete: later}
  other: {incomplete: "two\\n  lines"}
measures:
  low: {subquery: gap}
  long_way: {or: [low, acted]}
  both_ways: {and: [long_way, {or: [acted, {first: gap}]}, other]}
  defined: {incomplete: no words}
cohorts:
  whole: {definitions: {all: acted}}
  partly: {definitions: {acted_ones: acted, low_ones: low}}
  none: {definitions: {some: long_way, more: defined}}
indicators:
  fine: {title: t, description: d, denominator: acted, numerator: acted}
  by_numerator: {title: t, description: d, denominator: acted, numerator: long_way, benchmark: {value: 5}}
  by_unresolved: {title: t, description: d, denominator: full_cohort, numerator: acted, unresolved: [defined, low]}
reports:
  whole: {title: t, description: d, cohorts: [whole], indicators: [fine]}
  partly: {title: t, description: d, cohorts: [none, partly], primary_cohort: none, indicators: [fine]}
  gappy:
    title: t
    description: d
    cohorts: [whole]
    indicators:
      - by_unresolved
      - fine
      - by_numerator:
          {title: Restated, benchmark: {value: 6}, numerator_window: {before: {days: 1}}, opportunity: first}
  nobody: {title: t, description: d, cohorts: [none], indicators: [fine, by_numerator]}
  uncounted: {title: t, description: d, cohorts: [whole], indicators: [fine], counted: [acted, defined]}
  narrow: {title: t, description: d, cohorts: [whole], indicators: [fine], dataset: [low, acted]}
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Read:
    return read(tmp_path_factory.mktemp("gaps"), GAPS)


def test_causes_are_named_once_by_the_shortest_path(found: Read) -> None:
    parts = found.plan.unavailable.parts
    assert said(parts.causes(["both_ways"])) == ["both_ways > gap: later", "both_ways > other: two lines"]
    assert said(parts.causes(["acted", "long_way"])) == ["long_way > low > gap: later"]
    assert said(parts.causes(["gap"])) == ["gap: later"]
    assert parts.causes(["acted"]) == ()


def test_a_cohort_goes_without_its_unavailable_sub_cohorts(found: Read) -> None:
    assert found.plan.cohorts["whole"].left_out == ()
    partly = found.plan.cohorts["partly"]
    assert partly.definitions == (("acted_ones", "acted"),)
    assert [(p.name, said(p.causes)) for p in partly.left_out] == [("low_ones", ["low > gap: later"])]
    assert list(found.plan.unavailable.cohorts) == ["none"]


def test_an_indicator_is_unavailable_by_any_of_its_measures(found: Read) -> None:
    assert list(found.plan.indicators) == ["fine"]
    gone = found.plan.unavailable.indicators
    assert said(gone["by_numerator"].causes) == ["long_way > low > gap: later"]
    assert said(gone["by_unresolved"].causes) == ["defined: no words", "low > gap: later"]
    assert (gone["by_unresolved"].available, gone["by_unresolved"].missing) == (("acted",), ("defined", "low"))


def test_a_report_keeps_the_place_and_the_words_of_an_unavailable_indicator(found: Read) -> None:
    report = found.plan.reports["gappy"]
    assert [i.about.name for i in report.listed] == ["by_unresolved", "fine", "by_numerator"]
    assert [i.about.name for i in report.indicators] == ["fine"]
    restated = report.listed[2]
    assert restated.title == "Restated"
    assert restated.benchmark is not None
    assert restated.benchmark.value == 6


def test_a_report_goes_without_cohorts_and_columns(found: Read) -> None:
    partly, narrow = found.plan.reports["partly"], found.plan.reports["narrow"]
    assert (partly.cohorts, partly.primary) == (("partly",), "none")
    assert [(p.part, p.name) for p in partly.left_out] == [
        *(("sub_cohort", name) for name in ("some", "more", "low_ones")),
        *(("dataset", name) for name in ("long_way", "defined", "low")),
    ]
    assert narrow.dataset == ("acted",)
    assert [(p.part, p.name) for p in narrow.left_out] == [("dataset", "low")]


def test_a_report_is_unavailable_without_sub_cohorts_or_without_who_counts(found: Read) -> None:
    gone = found.plan.unavailable.reports
    assert sorted(gone) == ["nobody", "uncounted"]
    assert said(gone["nobody"].causes) == ["long_way > low > gap: later", "defined: no words"]
    assert said(gone["uncounted"].causes) == ["defined: no words"]


def test_states(found: Read) -> None:
    assert state_of(found.plan, "subqueries", "act_rows") == ""
    assert state_of(found.plan, "measures", "defined") == "incomplete"
    assert state_of(found.plan, "measures", "long_way") == "unavailable"
    assert state_of(found.plan, "reports", "gappy") == "in part"
    assert state_of(found.plan, "targets", "act") == ""
    assert states(found.plan) == {
        ("incomplete", "subqueries"): 2,
        ("incomplete", "measures"): 1,
        ("unavailable", "measures"): 3,
        ("unavailable", "cohorts"): 1,
        ("unavailable", "indicators"): 2,
        ("unavailable", "reports"): 2,
        ("in part", "cohorts"): 1,
        ("in part", "reports"): 3,
    }


def test_a_grain_that_does_not_fit_is_still_found_beside_an_unavailable_indicator(tmp_path: Path) -> None:
    text = """
measures:
  visits: {subquery: act_visits}
  gap: {incomplete: later}
cohorts: {acted_ones: {definitions: {all: acted}}}
indicators: {i: {title: t, description: d, denominator: visits, numerator: gap}}
reports: {r: {title: t, description: d, cohorts: [acted_ones], indicators: [i]}}
"""
    (error,) = errors(read_definitions(written(tmp_path, text)))
    assert "'visits' is at grain key visit" in error
    assert "(in i), and cohort 'acted_ones' is at grain episode" in error


def test_a_long_chain_is_unavailable_to_its_top(tmp_path: Path) -> None:
    number = 3000
    chain = "".join(f"  m{n}: {{first: m{n - 1}}}\n" for n in range(1, number))
    found = read(tmp_path, f"measures:\n  m0: {{incomplete: later}}\n{chain}")
    assert len(found.plan.unavailable.measures) == number
    (cause,) = found.plan.unavailable.parts.causes([f"m{number - 1}"])
    assert len(cause.path) == number
    assert cause.path[-1] == "m0"
