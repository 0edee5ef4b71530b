"""Definitions in words, as the headers of generated models say them: every kind of rule, condition and operator."""

from pathlib import Path

import pytest
from measuremart.pipeline import read_definitions
from measuremart.render.headers import header, plain
from measuremart.words import expression_words, indicator_words, subquery_words

BASE = """
populations:
  omop:
    person: {model: person, sex: sex, birth_date: born, sexes: {female: 8532, male: 8507}}
    episodes: {model: episode}
targets:
  drug:
    model: drug
    dates: {start: start_date, end: end_date}
    texts: {source: source_value}
    flag: was_given
    missing_end: start
  trait: {model: trait, dates: {}}
concept_sets:
  taxanes: {concepts: [{id: 7, name: Taxane, descendants: true}]}
subqueries:
  s: {target: drug, rules: [{exact: 1}]}
  e: {target: drug, resolve_by: event, rules: [{exact: 1}]}
  t: {target: trait, rules: [{exact: 1}]}
  u: {target: trait, rules: [{exact: 2}]}
  v: {target: trait, resolve_by: event, rules: [{exact: 1}]}
measures:
  m: {subquery: s}
  n: {first: s}
  o: {filter: {of: m, sex: female}}
"""
DATED = "It counts for the episode, dated by start_date."
SUBQUERIES = {
    "{rules: [{exact: {id: 5, name: Lung tumour}}]}": ["  concept_id is 5 (Lung tumour)"],
    "{rules: [{hierarchy: [{id: 5, name: Lung}, 6]}]}": ["  concept_id is or is below one of 5 (Lung), 6"],
    "{rules: [{phenotype: taxanes}, {equals: [a, b]}]}": [
        "  one of these rules holds:",
        "    1. concept_id is in concept set taxanes",
        '    2. value_text is "a" or "b"',
    ],
    "{rules: [{substring: Taxel}, {starts_with: {code_of: {id: 7, name: Taxane}}, role: source}]}": [
        "  one of these rules holds:",
        '    1. value_text contains "Taxel", A-Z like a-z',
        "    2. source_value begins with the code of 7 (Taxane), A-Z like a-z",
    ],
    "{rules: [{substring: C34, of: code}]}": ['  the code of concept_id contains "C34", A-Z like a-z'],
    "{rules: [{scalar: {op: '>=', value: 2.50, unit: {id: 9, name: mg}}}]}": [
        "  all of these hold on the row:",
        "    - value_number is at least 2.50",
        "    - unit_id is 9 (mg)",
    ],
    "{rules: [{scalar: {op: between, value: [1, 2]}}, {predicate: false}, {absence: number}]}": [
        "  one of these rules holds:",
        "    1. value_number is from 1 to 2",
        "    2. was_given is false",
        "    3. value_number is not known",
    ],
    "{rules: [{exact: 1}], exclude: [{presence: unit}], where: {age: {min: 18, max: 75}, sex: female}}": [
        "  concept_id is 1",
        "  and the person is 18 to 75 years old at its date",
        "  and the person's sex is 8532",
        "  and not: unit_id is known",
    ],
    "{rules: [{exact: 1}], where: {on_or_after: 2020-01-01, any: [{exact: 2}, {exact: 3}]}}": [
        "  concept_id is 1",
        "  and its date is 2020-01-01 or later",
        "  and at least one of these holds on the row:",
        "    - concept_id is 2",
        "    - concept_id is 3",
    ],
}
MEASURES = {
    "{or: [m, n]}": ["at least one of:", "  - measure m", "  - measure n"],
    "{and: [m, s]}": [
        "all of these, dated by the day on which the last became true:",
        "  - measure m",
        "  - subquery s",
    ],
    "{except: [m, n]}": ["the keys of:", "  - measure m", "without the keys of:", "  - measure n"],
    "{first: {of: m, per: person}}": ["the first key of each person of:", "  - measure m"],
    "{last: m}": ["the last date of each key of:", "  - measure m"],
    "{nth: {of: m, n: 2}}": ["date number 2 of each key of:", "  - measure m"],
    "{count: {of: m, at_least: 3, within: {months: 1}}}": [
        "each day that completes 3 dates of one key within 1 month, of:",
        "  - measure m",
    ],
    "{count: {of: e, at_least: 2, per: episode}}": [
        "each day that completes 2 events of target drug of one episode, of:",
        "  - subquery e",
    ],
    "{filter: {of: m, age: {min: 18}, on_or_before: 2024-12-31}}": [
        "where the person is 18 years old or older at the date and the date is 2024-12-31 or earlier, the rows of:",
        "  - measure m",
    ],
    "{at: person, of: m}": ["for each person, the dates of:", "  - measure m"],
    "{window: {anchor: m, candidate: n, from: {days: -14}, to: {days: 0}, pick: closest}}": [
        "the first date of:",
        "  - measure m",
        "with the closest date from 14 days before it to that day, of the same key, among:",
        "  - measure n",
        "dated by measure n",
    ],
    "{and: [m, n], moments: all}": [
        "all of these, dated by the day on which the last became true, and each recorded day after it:",
        "  - measure m",
        "  - measure n",
    ],
    "{window: {anchor: m, candidate: s, from: {days: -365}, to: {days: 0}, covers: true}}": [
        "the first date of:",
        "  - measure m",
        "with the earliest interval that holds every day from 365 days before it to that day, of the same key, among:",
        "  - subquery s",
        "dated by subquery s",
    ],
    "{window: {anchor: m, candidate: s, from: {days: 0}, to: {days: 9}, covers: true, pick: none}}": [
        "the first date of:",
        "  - measure m",
        "for which no interval holds every day from that day to 9 days after it, of the same key, among:",
        "  - subquery s",
        "dated by measure m",
    ],
    "{window: {anchor: m, candidate: n, to: {days: 9}, pick: any, keep: candidate, date: greatest}}": [
        "the first date of:",
        "  - measure m",
        "with each date at any time up to 9 days after it, of the same key, which keeps its own key, among:",
        "  - measure n",
        "dated by the later of both days",
    ],
    "{window: {anchor: m, candidate: n, from: {days: 1}, pick: none}}": [
        "the first date of:",
        "  - measure m",
        "for which there is no date from 1 day after it on, of the same key, among:",
        "  - measure n",
        "dated by measure m",
    ],
    "{window: {anchor: m, candidate: n, to: {years: 1, days: -1}, date: anchor}}": [
        "the first date of:",
        "  - measure m",
        "with the earliest date at any time up to 12 months less 1 day after it, of the same key, among:",
        "  - measure n",
        "dated by measure m",
    ],
    "{window: {anchor: {first: m}, candidate: {last: n}, from: {months: -6, days: 1}, to: {days: 0}, date: least}}": [
        "the first date of:",
        "  - the first date of each key of:",
        "      - measure m",
        "with the earliest date from 6 months less 1 day before it to that day, of the same key, among:",
        "  - the last date of each key of:",
        "      - measure n",
        "dated by the earlier of both days",
    ],
    "{window: {anchor: {first: m}, candidate: {last: n}, to: {days: 0}}}": [
        "the first date of:",
        "  - the first date of each key of:",
        "      - measure m",
        "with the earliest date on that day or at any time before it, of the same key, among:",
        "  - the last date of each key of:",
        "      - measure n",
        "dated by the second of the two parts",
    ],
    "{window: {anchor: m, candidate: s, from: {days: 5}, to: {days: 5}, covers: true}}": [
        "the first date of:",
        "  - measure m",
        "with the earliest interval that holds the day 5 days after it, of the same key, among:",
        "  - subquery s",
        "dated by subquery s",
    ],
    "{window: {anchor: m, candidate: s, from: {days: 0}, to: {days: 0}, covers: true}}": [
        "the first date of:",
        "  - measure m",
        "with the earliest interval that holds that day itself, of the same key, among:",
        "  - subquery s",
        "dated by subquery s",
    ],
    "{window: {anchor: m, candidate: n, from: {days: -3}, to: {days: -3}, align: person}}": [
        "the first date of:",
        "  - measure m",
        "with the earliest date exactly 3 days before it, of the same person, among:",
        "  - measure n",
        "dated by measure n",
    ],
    "{except: [m, {except: [m, n, o]}]}": [
        "the rows of:",
        "  - measure m",
        "whose keys are also in at least one of:",
        "  - measure n",
        "  - measure o",
    ],
    "{except: [m, {except: [n, o]}]}": [
        "the keys of:",
        "  - measure m",
        "without the keys of:",
        "  - the keys of:",
        "      - measure n",
        "    without the keys of:",
        "      - measure o",
    ],
    "{and: [{subquery: t}, {subquery: u}]}": ["all of these:", "  - subquery t", "  - subquery u"],
    "{first: {of: v, per: person}}": [
        "of each person the key with the lowest id, as there are no dates, of:",
        "  - subquery v",
    ],
    "{filter: {of: m, elapsed: {years: 1}}}": [
        "where the date is 12 months or more before the day that all is seen from (as_of), the rows of:",
        "  - measure m",
    ],
}


@pytest.mark.parametrize("text", SUBQUERIES)
def test_a_subquery(text: str, tmp_path: Path) -> None:
    plan = _plan(tmp_path, f"subqueries:\n  x: {{target: drug, {text[1:]}\n")
    assert subquery_words(plan.subqueries["x"].subquery, plan.concept_names["pack"]) == [
        "A row of target drug counts if",
        *SUBQUERIES[text],
        DATED,
    ]


def test_spans(tmp_path: Path) -> None:
    text = "subqueries:\n  x: {target: drug, date: end, spans: {gap: {days: 2}}, rules: [{exact: 1}]}\n"
    assert subquery_words(_plan(tmp_path, text).subqueries["x"].subquery, {})[2:] == [
        "It counts for the episode, dated by end_date.",
        "Intervals with no more than 2 days between them are joined to one.",
    ]


def test_spans_without_a_gap(tmp_path: Path) -> None:
    text = "subqueries:\n  x: {target: drug, spans: {gap: {days: 0}}, rules: [{exact: 1}]}\n"
    assert subquery_words(_plan(tmp_path, text).subqueries["x"].subquery, {})[3:] == [
        "Intervals that overlap, or follow each other from one day to the next, are joined to one."
    ]


@pytest.mark.parametrize("text", MEASURES)
def test_a_measure(text: str, tmp_path: Path) -> None:
    plan = _plan(tmp_path, f"measures:\n  x: {text}\n")
    assert expression_words(plan.measures["x"].expression, {}) == MEASURES[text]


def test_an_indicator(tmp_path: Path) -> None:
    text = (
        "indicators:\n  x: {title: t, description: d, denominator: m, numerator: n, denominator_window: {before: {months: 1}},"
        " numerator_window: {before: {days: 0}, after: {days: 42}}, reference_date: denominator, exclusions: [o]}\n"
    )
    assert indicator_words(_plan(tmp_path, text).indicators["x"]) == [
        "Due: m, 1 month before to any time after the cohort date.",
        "Done: n, 0 days before to 42 days after the denominator's date.",
        "Excluded: o.",
    ]


def test_the_header_has_description_place_and_words(tmp_path: Path) -> None:
    text = 'measures:\n  x:\n    description: "{{ a }} \\\\ b"\n    subquery: s\n'
    assert header("measure", _plan(tmp_path, text).measures["x"].about, ["measure m"]).splitlines() == [
        "-- Generated by measuremart from measure 'x' of pack 'pack'. Do not edit:",
        "-- change the definition, then run `measuremart generate`.",
        "--",
        "-- (( a )) / b",
        "-- Defined in definitions/pack/x.yml, line 2.",
        "--",
        "-- measure m",
    ]


def test_a_comment_stays_a_comment() -> None:
    """A line end, a brace, a backslash or a mark that turns the text around would let a text out of its comment."""
    assert plain("a\nb{{ c }}\\\u202ed\u2028") == "a b(( c ))/ d "


def _plan(tmp_path: Path, text: str):
    folder = tmp_path / "definitions" / "pack"
    folder.mkdir(parents=True)
    (folder / "base.yml").write_text(BASE)
    (folder / "x.yml").write_text(text)
    found = read_definitions(tmp_path / "definitions")
    assert [str(p) for p in found.problems if p.check not in ("unused_definition", "number_without_unit")] == []
    return found.plan
