"""What is unavailable in random definitions, by a plain reading of what names what (semantics.md 4.2)."""

from collections.abc import Iterator
from typing import Any

from property.bench import plan_of
from property.cases import numbered
from property.reports import write_gaps

SEED = 20261122
NUMBER = 150


def strings(tree: Any) -> Iterator[str]:
    """Yield every string of a definition: names of other ones among them, which look like no other word."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict):
        for value in tree.values():
            yield from strings(value)
    elif isinstance(tree, list | tuple):
        for item in tree:
            yield from strings(item)


def unavailable_names(definitions: dict[str, Any]) -> set[str]:
    """Return the subqueries and measures that are incomplete or name an unavailable one, until nothing is added."""
    parts = definitions.get("subqueries", {}) | definitions.get("measures", {})
    found = {name for name, entry in parts.items() if "incomplete" in entry}
    while True:
        more = {name for name, entry in parts.items() if found & set(strings(entry))} - found
        if not more:
            return found
        found |= more


def test_what_is_unavailable_is_what_leads_to_a_gap() -> None:
    kinds = dict.fromkeys(("report", "report in part", "sub_cohort", "cohort", "indicator", "available indicator"), 0)
    for number in range(NUMBER):
        case = numbered(SEED, number, write_gaps)
        planned = plan_of(case.text())
        assert planned.problems == []
        plan, definitions = planned.plan, case.definitions
        gone = unavailable_names(definitions)
        assert set(plan.subqueries) == set(definitions["subqueries"]) - gone
        assert set(plan.measures) == set(definitions["measures"]) - gone

        subs = {c: set(entry["definitions"].items()) for c, entry in definitions["cohorts"].items()}
        left = {c: {pair for pair in pairs if pair[1] not in gone} for c, pairs in subs.items()}
        assert {c: set(cohort.definitions) for c, cohort in plan.cohorts.items()} == {
            c: p for c, p in left.items() if p
        }

        indicators = {name for name, entry in definitions["indicators"].items() if not gone & set(strings(entry))}
        assert set(plan.indicators) == indicators

        entry = definitions["reports"]["r1"]
        is_there = any(left.values()) and not gone & set(entry.get("counted", ()))
        assert set(plan.reports) == ({"r1"} if is_there else set())
        assert set(plan.unavailable.reports) == (set() if is_there else {"r1"})
        if is_there:
            report = plan.reports["r1"]
            assert set(report.cohorts) == {c for c, pairs in left.items() if pairs}
            assert {i.about.name for i in report.indicators} == indicators
            assert len(report.listed) == len(definitions["indicators"])
            assert {p.name for p in report.left_out if p.part == "sub_cohort"} == {
                sub for c in subs for sub, _ in subs[c] - left[c]
            }
        kinds["report"] += not is_there
        kinds["report in part"] += is_there and left != subs
        kinds["sub_cohort"] += any(left[c] and left[c] != subs[c] for c in subs)
        kinds["cohort"] += any(not pairs for pairs in left.values())
        kinds["indicator"] += len(indicators) < len(definitions["indicators"])
        kinds["available indicator"] += bool(indicators)
    assert min(kinds.values()) >= NUMBER / 15, kinds
