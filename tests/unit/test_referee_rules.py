"""Subqueries: matchers, exclusions, conditions, dates, grains (semantics.md 2.3 and 3)."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from measuremart.plan.nodes import Offset
from measuremart.referee.days import completed_years, inside, shifted
from test_referee_world import D, Member, ev, jan, referee


def events_matching(rule: str, rows: dict[int, dict[str, Any]], target: str = "event", **world: Any) -> set[int]:
    """Return the ids of the rows that one rule matches."""
    text = f"measures: {{m: {{filter: {{of: {{target: {target}, resolve_by: event, rules: [{rule}]}}, sex: female}}}}}}"
    events = [{"person_id": 1, "event_id": n, "episode_id": 10, "start_date": jan(1), **row} for n, row in rows.items()]
    person = [{"person_id": 1, "sex_id": 8532}]
    return {m.measure_resolver for m in referee(text, person=person, **{target: events}, **world).measure("m")}


def test_exact() -> None:
    rows = {1: {"concept_id": 5}, 2: {"concept_id": 6.0}, 3: {"concept_id": 7}, 4: {"concept_id": None}, 5: {}}
    assert events_matching("{exact: [5, 6]}", rows) == {1, 2}


def test_hierarchy_counts_the_id_itself_and_all_descendants() -> None:
    rows = {1: {"concept_id": 5}, 2: {"concept_id": 6}, 3: {"concept_id": 7}, 4: {"concept_id": 8}}
    assert events_matching("{hierarchy: 5}", rows, ancestors={(5, 6), (5, 7), (6, 7), (8, 5)}) == {1, 2, 3}
    assert events_matching("{hierarchy: [9, 6]}", rows, ancestors={(5, 6), (6, 7), (9, 8)}) == {2, 3, 4}


def test_a_named_role() -> None:
    rows = {1: {"status_id": 5, "concept_id": 9}, 2: {"status_id": 9, "concept_id": 5}}
    assert events_matching("{exact: 5, role: status}", rows) == {1}


def test_phenotype_takes_out_what_is_excluded_whatever_put_it_in() -> None:
    text = """
concept_sets:
  s: {description: d, concepts: [{id: 7, descendants: true, exclude: true}, 7, {id: 5, descendants: true}, 9]}
measures: {m: {subquery: q}}
subqueries: {q: {target: event, resolve_by: event, rules: [{phenotype: s}]}}
"""
    rows = [ev(1, c, jan(1), None, c) for c in (4, 5, 6, 7, 8, 9)]
    r = referee(text, event=rows, ancestors={(5, 6), (5, 7), (5, 8), (7, 8)})
    assert r.concept_set("s") == {5, 6, 9}
    assert {m.measure_resolver for m in r.measure("m")} == {5, 6, 9}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("{substring: taxel}", {1, 2}),
        ("{substring: TAXEL}", {1, 2}),
        ("{starts_with: pacli}", {1, 2}),
        ("{starts_with: taxel}", set()),
        ("{substring: '%'}", {3}),
        ("{substring: '_'}", {4}),
        ("{substring: '\\'}", {5}),
        ("{substring: é}", {6}),
        ("{substring: É}", {7}),
        ("{substring: i̇}", set()),
        ("{equals: Paclitaxel}", {1}),
        ("{equals: [PACLITAXEL, 100%]}", {2, 3}),
        ("{presence: text}", {1, 2, 3, 4, 5, 6, 7, 8, 10}),
        ("{absence: text}", {9}),
    ],
)
def test_texts_fold_only_a_to_z(rule: str, expected: set[int]) -> None:
    texts = ["Paclitaxel", "PACLITAXEL", "100%", "a_b", "a\\b", "caf" + "é", "CAFÉ", "İ", None, ""]
    assert events_matching(rule, {n: {"value_text": t} for n, t in enumerate(texts, start=1)}) == expected


@pytest.mark.parametrize(("code", "expected"), [("L01", {1, 2}), ("", set()), (None, set())])
def test_code_of(code: str | None, expected: set[int]) -> None:
    """An empty or unknown code never matches."""
    codes = {} if code is None else {44: code}
    rows = {1: {"value_text": "l01CD"}, 2: {"value_text": "xL01"}, 3: {"value_text": "44"}}
    assert events_matching("{substring: {code_of: 44}}", rows, codes=codes) == expected


def test_presence_and_absence_of_every_kind_of_role() -> None:
    """0 is null for concepts and units, and for nothing else."""
    rows = {1: {}, 2: dict.fromkeys(["concept_id", "unit_id", "value_number", "value_flag", "visit_id"], 0)}
    for role, present in [("concept", set()), ("unit", set()), ("number", {2}), ("flag", {2}), ("visit", {2})]:
        assert events_matching(f"{{presence: {role}}}", rows) == present
        assert events_matching(f"{{absence: {role}}}", rows) == {1, 2} - present


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("{op: '>', value: 2}", {3}),
        ("{op: '>=', value: 2}", {2, 3}),
        ("{op: '<', value: 2}", {1}),
        ("{op: '<=', value: 2}", {1, 2}),
        ("{op: '=', value: 2.0}", {2}),
        ("{op: '!=', value: 2}", {1, 3}),
        ("{op: between, value: [2, 2.5]}", {2, 3}),
    ],
)
def test_scalar(rule: str, expected: set[int]) -> None:
    rows = {1: {"value_number": 1}, 2: {"value_number": Decimal("2.00")}, 3: {"value_number": 2.5}, 4: {}}
    assert events_matching(f"{{scalar: {rule}}}", rows) == expected


def test_numbers_compare_as_decimals_of_ten_places() -> None:
    rows = {1: {"value_number": 0.1 + 0.2}, 2: {"value_number": Decimal("0.30000000005")}, 3: {"value_number": 0.3}}
    assert events_matching("{scalar: {op: '=', value: 0.3}}", rows) == {1, 3}
    big = {1: {"value_number": Decimal("9999999999999999999999999999.5")}}
    assert events_matching("{scalar: {op: '>', value: 9999999999999999999999999999}}", big) == {1}


def test_a_scalar_with_concept_and_unit() -> None:
    """A null unit fails when a unit is given."""
    good = {"value_number": 5, "concept_id": 1, "unit_id": 2}
    rows = {1: good, 2: {**good, "unit_id": None}, 3: {**good, "unit_id": 3}, 4: {**good, "concept_id": 2}}
    assert events_matching("{scalar: {op: '>', value: 4, concept: 1, unit: 2}}", rows) == {1}
    assert events_matching("{scalar: {op: '>', value: 4}}", rows) == {1, 2, 3, 4}


def test_predicate_is_just_that() -> None:
    rows = {1: {"value_flag": True}, 2: {"value_flag": False}, 3: {"value_flag": None}}
    assert events_matching("{predicate: true}", rows) == {1}
    assert events_matching("{predicate: false}", rows) == {2}


def test_all_on_the_same_row() -> None:
    rows = {
        1: {"value_text": "x", "programme_flag": True},
        2: {"value_text": "x", "programme_flag": False},
        3: {"value_text": "y", "programme_flag": True},
        4: {"value_text": "x", "programme_flag": None},
    }
    assert events_matching("{all: [{equals: x}, {predicate: true, role: programme}]}", rows) == {1}


def test_rules_are_a_bag_and_an_exclusion_drops_the_row_not_the_key() -> None:
    """1 and 3; a null never excludes."""
    text = "subqueries: {q: {target: event, resolve_by: person, rules: [{exact: 1}, {exact: 1}], exclude: [%s]}}"
    rows = [ev(1, 1, jan(1)), ev(1, 1, jan(2), status_id=9), ev(1, 1, jan(3), status_id=8, value_number=1)]
    for exclude, left in [
        ("{exact: 9, role: status}", [1, 3]),
        ("{all: [{scalar: {op: '>', value: 0}}, {exact: 8, role: status}]}", [1, 2]),
        ("{all: [{scalar: {op: '>', value: 0}}, {exact: 1}]}", [1, 2]),
        ("{exact: 1}", []),
    ]:
        r = referee(text % exclude, event=rows)
        got = r.subquery(r._plan.subqueries["q"].subquery)
        assert got == [Member(1, None, 1, jan(d)) for d in left for _ in range(2)]


@pytest.mark.parametrize(
    ("resolve_by", "expected"),
    [
        ("person", {Member(1, None, 1, jan(1))}),
        ("episode", {Member(1, 10, 10, jan(1))}),
        ("event", {Member(1, 10, 100, jan(1)), Member(1, None, 101, jan(1))}),
        ("visit", {Member(1, None, 7, jan(1))}),
        ("treatment", {Member(1, 10, 8, jan(1)), Member(1, None, 9, jan(1))}),
    ],
)
def test_grains(resolve_by: str, expected: set[Member]) -> None:
    """2.3, the table."""
    rows = [ev(1, 1, jan(1), 10, 100, visit_id=7, treatment_id=8), ev(1, 1, jan(1), None, 101, treatment_id=9)]
    rows.append(ev(1, 1, jan(1), 10, None))
    text = f"measures: {{m: {{or: [{{target: event, resolve_by: {resolve_by}, rules: [{{exact: 1}}]}}]}}}}"
    assert referee(text, event=rows).measure("m") == expected


def test_an_event_of_a_target_without_episodes() -> None:
    text = "measures: {m: {or: [{target: note, resolve_by: event, rules: [{exact: 1}]}]}}"
    assert referee(text, note=[ev(1, 1, jan(1), 10, 100)]).measure("m") == {Member(1, None, 100, jan(1))}


def test_the_date_role_and_timestamps_cut_to_days() -> None:
    text = "measures: {m: {or: [{target: event, resolve_by: person, date: end, rules: [{exact: 1}]}]}}"
    rows = [ev(1, 1, jan(1), end_date=dt.datetime(2024, 1, 5, 23, 59)), ev(2, 1, jan(1))]
    assert referee(text, event=rows).measure("m") == {Member(1, None, 1, jan(5)), Member(2, None, 2, None)}


def members_where(where: str, person: list[dict[str, Any]], rows: list[dict[str, Any]], how: str) -> set[int]:
    """Return the events that pass, as a `where:` of the subquery or as a filter of the measure: both mean the same."""
    sub = "{target: event, resolve_by: event, rules: [{exact: 1}]%s}"
    if how == "where":
        text = f"measures: {{m: {{or: [{sub % f', where: {where}'}]}}}}"
    else:
        text = f"measures: {{m: {{filter: {{of: {sub % ''}, {where[1:]}}}}}"
    return {m.measure_resolver for m in referee(text, event=rows, person=person).measure("m")}


@pytest.mark.parametrize("how", ["where", "filter"])
def test_age_is_in_completed_years(how: str) -> None:
    person = [{"person_id": 1, "birth_date": D(2000, 2, 29)}, {"person_id": 2, "birth_date": None}]
    days = [D(2018, 2, 27), D(2018, 2, 28), D(2019, 2, 27), D(2019, 2, 28), None]
    rows = [ev(1, 1, day, None, n) for n, day in enumerate(days)]
    rows += [ev(2, 1, jan(1), None, 20), ev(3, 1, jan(1), None, 30)]
    assert members_where("{age: {min: 18}}", person, rows, how) == {1, 2, 3}
    assert members_where("{age: {max: 18}}", person, rows, how) == {0, 1, 2}
    assert members_where("{age: {min: 18, max: 18}}", person, rows, how) == {1, 2}


@pytest.mark.parametrize("how", ["where", "filter"])
def test_sex_and_days(how: str) -> None:
    person = [{"person_id": n, "sex_id": sex} for n, sex in [(1, 8532), (2, 8507), (3, None)]]
    rows = [ev(n, 1, None, None, n) for n in (1, 2, 3, 4)]
    assert members_where("{sex: female}", person, rows, how) == {1}
    rows = [ev(1, 1, d, None, n) for n, d in enumerate([jan(1), jan(2), jan(3), jan(4), None])]
    assert members_where("{on_or_after: 2024-01-02}", person, rows, how) == {1, 2, 3}
    assert members_where("{on_or_before: 2024-01-03}", person, rows, how) == {0, 1, 2}
    assert members_where("{on_or_after: 2024-01-02, on_or_before: 2024-01-03, sex: female}", person, rows, how) == {
        1,
        2,
    }


def test_elapsed() -> None:
    """4: date + 1 year <= as_of."""
    text = (
        "measures: {m: {filter: {of: {target: event, resolve_by: person, rules: [{exact: 1}]}, elapsed: {years: 1}}}}"
    )
    rows = [ev(1, 1, D(2024, 2, 29)), ev(2, 1, D(2024, 3, 1)), ev(3, 1, None), ev(4, 1, D(9999, 12, 31))]
    assert {m.person_id for m in referee(text, event=rows, as_of=D(2025, 2, 28)).measure("m")} == {1}
    assert {m.person_id for m in referee(text, event=rows, as_of=D(2025, 3, 1)).measure("m")} == {1, 2}


@pytest.mark.parametrize(
    ("start", "months", "days", "expected"),
    [
        (D(2024, 2, 29), 12, 0, D(2025, 2, 28)),
        (D(2024, 2, 29), 13, 0, D(2025, 3, 29)),
        (D(2024, 1, 31), 1, 1, D(2024, 3, 1)),
        (D(2024, 3, 31), -1, 0, D(2024, 2, 29)),
        (D(2024, 3, 31), -1, -1, D(2024, 2, 28)),
        (D(2024, 1, 15), -1, 0, D(2023, 12, 15)),
        (D(2024, 12, 15), 1, 0, D(2025, 1, 15)),
        (D(2000, 3, 31), -13, 0, D(1999, 2, 28)),
        (D(1899, 12, 31), 2, 0, D(1900, 2, 28)),
    ],
)
def test_months_in_one_step_clamped_then_days(start: dt.date, months: int, days: int, expected: dt.date) -> None:
    """4.1."""
    assert shifted(start, Offset(months, days)) == expected.toordinal()


def test_days_past_the_ends_of_the_calendar() -> None:
    assert shifted(D(9999, 12, 31), Offset(0, 1)) == D.max.toordinal() + 1
    assert shifted(D(9999, 12, 31), Offset(1, 0)) == D.max.toordinal() + 31
    assert shifted(D(1, 1, 31), Offset(-1, 0)) == 0
    assert shifted(D(1, 1, 1), Offset(-1, 0)) == -30
    assert inside(D.max, D.max, Offset(-12, 0), Offset(12, 0))


def test_completed_years() -> None:
    assert completed_years(D(2000, 2, 29), D(2024, 2, 28)) == 23
    assert completed_years(D(2000, 2, 29), D(2023, 2, 28)) == 23
    assert completed_years(D(2000, 2, 29), D(2023, 2, 27)) == 22
    assert completed_years(D(2000, 6, 1), D(2000, 5, 31)) == -1
