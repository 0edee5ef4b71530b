"""What a measure needs to have members, as the catalogue lists it (semantics.md 4.3)."""

from pathlib import Path

import pytest
from measuremart.pipeline import read_definitions
from measuremart.render.measure_parts import part_rows

DEFINITIONS = """
populations:
  clinic: {{person: {{model: patient, id: person_id, birth_date: null}}}}
targets:
  note: {{model: note, dates: {{start: start_date}}, unit: null, number: null, text: null, flag: null}}
measures:
  a: {{subquery: {{target: note, rules: [{{exact: 1}}]}}}}
  b: {{subquery: {{target: note, rules: [{{exact: 2}}]}}}}
  c: {{subquery: {{target: note, rules: [{{exact: 3}}]}}}}
  asked: {measure}
cohorts:
  everyone: {{definitions: {{all: a}}}}
indicators:
  i: {{title: I, description: d, denominator: full_cohort, numerator: asked}}
reports:
  r: {{title: R, description: d, cohorts: [everyone], indicators: [i]}}
"""


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("{and: [a, b]}", ["a", "b"]),
        ("{or: [a, b]}", ["a b"]),
        # one of a and c, and one of b and c
        ("{or: [{and: [a, b]}, c]}", ["a c", "b c"]),
        ("{and: [a, {or: [b, c]}]}", ["a", "b c"]),
        ("{except: [a, b]}", ["a"]),
        ("{window: {anchor: a, candidate: b, to: {days: 1}}}", ["a", "b"]),
        ("{window: {anchor: a, candidate: b, to: {days: 1}, pick: none}}", ["a"]),
        ("{count: {of: a, at_least: 2}}", ["a"]),
        ("{and: [a, {target: note, rules: [{exact: 4}]}]}", ["a", "match__asked__1"]),
        # nothing but another measure
        ("{or: [a, a]}", ["a"]),
    ],
)
def test_needs(tmp_path: Path, measure: str, expected: list[str]) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "own.yml").write_text(DEFINITIONS.format(measure=measure), encoding="utf-8")
    rows = [row for row in part_rows(read_definitions(tmp_path).plan) if row[0] == "asked"]
    needs: dict[int, list[str]] = {}
    for _, need, construct, part in rows:
        assert construct == ("match" if part.startswith("match__") else "measure")
        needs.setdefault(need, []).append(part)
    assert [" ".join(needs[number]) for number in sorted(needs)] == expected
