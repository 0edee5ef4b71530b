"""The operators of measures (semantics.md 2.4, 2.5 and 4)."""

import pytest
from measuremart.referee import Referee
from test_referee_world import D, Member, concepts, e, ev, jan, p, referee

A, B, C = 1, 2, 3


def people(text: str, rows: list[tuple], **world) -> Referee:
    """Evaluate over events of (person, concept, date): subqueries a, b, c at person grain."""
    return referee(concepts() + f"measures:\n  m: {text}\n", event=[ev(*row) for row in rows], **world)


def episodes(text: str, rows: list[tuple], **world) -> Referee:
    """Evaluate over events of (person, concept, date, episode): a, b, c at episode grain and pa at person grain."""
    more = "  pa: {target: event, resolve_by: person, rules: [{exact: 1}]}\n"
    return referee(concepts("episode") + more + f"measures:\n  m: {text}\n", event=[ev(*row) for row in rows], **world)


def events(text: str, rows: list[tuple], **world) -> Referee:
    """Evaluate over events of (person, concept, date, episode, event): a, b, c at event grain."""
    return referee(concepts("event") + f"measures:\n  m: {text}\n", event=[ev(*row) for row in rows], **world)


def note(event: int, person: int, date) -> dict:
    return ev(person, 1, date, None, event)


# --- or


def test_or_keeps_all_dates_of_all_children_unknown_beside_known() -> None:
    rows = [(1, A, jan(1)), (1, A, None), (1, B, jan(2)), (1, B, jan(1)), (2, B, None), (3, C, jan(1))]
    assert people("{or: [a, b]}", rows).measure("m") == {p(1, jan(1)), p(1), p(1, jan(2)), p(2)}


def test_or_lifts_persons_over_the_spine() -> None:
    """2.4: the keys come from the root episodes of the person; a person with none drops."""
    rows = [(1, A, jan(1), 10), (1, B, jan(2), 12), (2, A, jan(3), None)]
    r = episodes("{or: [pa, b]}", rows, episode=[(1, 10), (1, 11), (3, 30), (None, 12), (1, None)])
    assert r.measure("m") == {e(1, 10, jan(1)), e(1, 11, jan(1)), e(1, 12, jan(2))}


def test_or_at_key_grain() -> None:
    text = "measures: {m: {or: [{target: event, resolve_by: visit, rules: [{exact: 1}]}, " + (
        "{target: note, resolve_by: visit, rules: [{exact: 1}]}]}}"
    )
    r = referee(text, event=[ev(1, A, jan(1), 10, visit_id=5)], note=[ev(1, A, jan(2), visit_id=5)])
    assert r.measure("m") == {Member(1, None, 5, jan(1)), Member(1, None, 5, jan(2))}


# --- and


@pytest.mark.parametrize(("moments", "expected"), [("first", {D(2024, 3, 1)}), ("all", {D(2024, 3, 1), D(2024, 5, 1)})])
def test_and_is_dated_when_the_last_became_true(moments: str, expected: set) -> None:
    rows = [(1, A, D(2024, 1, 1)), (1, A, D(2024, 5, 1)), (1, B, D(2024, 3, 1)), (2, A, D(2024, 1, 1))]
    got = people(f"{{and: [a, b], moments: {moments}}}", rows).measure("m")
    assert got == {p(1, date) for date in expected}


@pytest.mark.parametrize("moments", ["first", "all"])
def test_and_of_a_dated_child_with_only_unknown_dates(moments: str) -> None:
    rows = [(1, A, jan(1)), (1, A, jan(2)), (1, B, None), (2, A, jan(1)), (2, B, None), (2, B, jan(1))]
    assert people(f"{{and: [a, b], moments: {moments}}}", rows).measure("m") == {p(1), p(2, jan(1))}


def test_timeless_children_gate_without_dating() -> None:
    text = """
subqueries:
  f: {target: fact, resolve_by: person, rules: [{exact: 1}]}
  a: {target: event, resolve_by: person, rules: [{exact: 1}]}
measures:
  m: {and: [f, a]}
  two: {and: [f, f]}
"""
    fact = [{"person_id": n, "concept_id": 1} for n in (1, 2)]
    r = referee(text, fact=fact, event=[ev(1, A, jan(1)), ev(3, A, jan(1))])
    assert r.measure("m") == {p(1, jan(1))}
    assert r.measure("two") == {p(1), p(2)}


def test_contexts_never_meet_across_episodes() -> None:
    rows = [(1, A, jan(1), 10), (1, B, jan(2), 11), (2, A, jan(1), 20), (2, B, jan(2), 20), (3, B, jan(1), 20)]
    assert episodes("{and: [a, b]}", rows).measure("m") == {e(2, 20, jan(2))}


def test_and_lifts_a_coarser_child_whatever_the_order() -> None:
    """The finest children supply the keys."""
    rows = [(1, A, jan(5), None), (1, B, jan(2), 10), (1, B, jan(9), 11), (2, B, jan(1), 20)]
    for order in ("[pa, b]", "[b, pa]"):
        got = episodes(f"{{and: {order}}}", rows).measure("m")
        assert got == {e(1, 10, jan(5)), e(1, 11, jan(9))}


def test_an_event_of_no_episode_matches_by_person_only() -> None:
    rows = [ev(1, A, jan(1), None, 100), ev(1, A, jan(1), 10, 101), ev(1, B, jan(2), 10, 102)]
    for how, expected in [
        ("episode", {Member(1, 10, 101, jan(2))}),
        ("person", {Member(1, 10, 101, jan(2)), Member(1, None, 100, jan(2))}),
    ]:
        text = f"""
subqueries:
  a: {{target: event, resolve_by: event, rules: [{{exact: 1}}]}}
  b: {{target: event, resolve_by: {how}, rules: [{{exact: 2}}]}}
measures: {{m: {{and: [a, b]}}}}
"""
        assert referee(text, event=rows).measure("m") == expected


def test_at_one_grain_a_null_episode_equals_a_null_episode() -> None:
    rows = [(1, A, jan(1), None, 100), (1, A, jan(3), 10, 101)]
    assert events("{and: [a, {first: a}]}", rows).measure("m") == {
        Member(1, None, 100, jan(1)),
        Member(1, 10, 101, jan(3)),
    }


def test_and_of_two_fine_children_and_a_coarse_one() -> None:
    rows = [(1, A, jan(1), 10), (1, B, jan(2), 10), (1, C, jan(3), 11), (1, C, jan(4), 10)]
    assert episodes("{and: [b, pa, c]}", rows).measure("m") == {e(1, 10, jan(4))}


# --- except


def test_except_drops_keys_and_keeps_dates() -> None:
    rows = [(1, A, jan(2)), (1, A, None), (2, A, jan(1)), (2, B, None), (3, A, jan(1)), (3, C, jan(1)), (4, B, jan(1))]
    assert people("{except: [a, b, c]}", rows).measure("m") == {p(1, jan(2)), p(1)}
    assert people("{except: [a, c, b]}", rows[::-1]).measure("m") == {p(1, jan(2)), p(1)}


def test_except_between_grains() -> None:
    """2.4: a coarser other child lifts, a finer one counts for the coarser key it belongs to."""
    rows = [(1, A, jan(1), 10), (1, B, jan(1), 11), (2, B, jan(1), 20), (2, A, jan(1), None), (3, A, jan(1), 30)]
    assert episodes("{except: [b, pa]}", rows).measure("m") == set()
    assert episodes("{except: [pa, b]}", rows).measure("m") == {p(3, jan(1))}
    assert episodes("{except: [b, a]}", rows).measure("m") == {e(1, 11, jan(1)), e(2, 20, jan(1))}


# --- first, last, nth


def test_first_and_last_are_null_only_if_no_date_is_known() -> None:
    rows = [(1, A, None), (1, A, jan(3)), (1, A, jan(2)), (2, A, None)]
    assert people("{first: a}", rows).measure("m") == {p(1, jan(2)), p(2)}
    assert people("{last: a}", rows).measure("m") == {p(1, jan(3)), p(2)}


@pytest.mark.parametrize(
    ("pick", "expected"),
    [
        ("first: {of: a, per: person}", {Member(1, None, 102, jan(1)), Member(2, None, 201, None)}),
        ("last: {of: a, per: person}", {Member(1, 11, 104, jan(9)), Member(2, None, 201, None)}),
        ("first: {of: a, per: episode}", {Member(1, 10, 103, jan(1)), Member(1, 11, 104, jan(2))}),
        ("last: {of: a, per: episode}", {Member(1, 10, 103, jan(1)), Member(1, 11, 104, jan(9))}),
    ],
)
def test_per_keeps_one_key(pick: str, expected: set[Member]) -> None:
    """Known before unknown, the date, then the lowest resolver; per episode, rows of no episode drop."""
    rows = [
        (1, A, None, 10, 101),
        (1, A, jan(1), None, 102),
        (1, A, jan(1), 10, 103),
        (1, A, jan(2), 11, 104),
        (1, A, jan(9), 11, 104),
        (2, A, None, None, 202),
        (2, A, None, None, 201),
    ]
    assert events(f"{{{pick}}}", rows).measure("m") == expected


def test_per_ties_end_at_the_lowest_episode_null_last() -> None:
    rows = [(1, A, jan(1), episode, 100) for episode in (None, 11, 10)]
    assert events("{first: {of: a, per: person}}", rows).measure("m") == {Member(1, 10, 100, jan(1))}
    assert events("{last: {of: a, per: person}}", rows[:2]).measure("m") == {Member(1, 11, 100, jan(1))}


def test_nth_distinct_known_date() -> None:
    rows = [(1, A, d) for d in (jan(5), jan(1), jan(1), None, jan(3))] + [(2, A, jan(1)), (2, A, None)]
    assert people("{nth: {of: a, n: 2}}", rows).measure("m") == {p(1, jan(3))}
    assert people("{nth: {of: a, n: 1}}", rows).measure("m") == {p(1, jan(1)), p(2, jan(1))}
    assert people("{nth: {of: a, n: 4}}", rows).measure("m") == set()


# --- count


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("at_least: 1", [1, 5, 10, 20]),
        ("at_least: 2", [5, 10, 20]),
        ("at_least: 3", [10, 20]),
        ("at_least: 5", []),
        ("at_least: 2, within: {days: 5}", [5, 10]),
        ("at_least: 2, within: {days: 4}", [5]),
        ("at_least: 3, within: {days: 9}", [10]),
        ("at_least: 3, within: {days: 8}", []),
        ("at_least: 2, within: {days: 0}", []),
    ],
)
def test_count_of_distinct_known_dates(options: str, expected: list[int]) -> None:
    rows = [(1, A, jan(d)) for d in (1, 1, 5, 10, 20)] + [(1, A, None)]
    assert people(f"{{count: {{of: a, {options}}}}}", rows).measure("m") == {p(1, jan(d)) for d in expected}


def test_count_per_key() -> None:
    rows = [(1, A, jan(1), 10), (1, A, jan(2), 11), (1, A, jan(3), 11)]
    assert episodes("{count: {of: a, at_least: 2}}", rows).measure("m") == {e(1, 11, jan(3))}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("at_least: 2", {e(1, 10, jan(1)), e(1, 10, jan(4))}),
        ("at_least: 3", {e(1, 10, jan(4))}),
        ("at_least: 2, per: person", {p(1, jan(1)), p(1, jan(2)), p(1, jan(4))}),
        ("at_least: 4, per: person", {p(1, jan(4))}),
        ("at_least: 5, per: person", set()),
        ("at_least: 2, per: person, within: {days: 0}", {p(1, jan(1))}),
        ("at_least: 3, per: person, within: {days: 1}", {p(1, jan(2))}),
    ],
)
def test_count_of_events(options: str, expected: set[Member]) -> None:
    """An event counts once, at its earliest known date; two on one day are two; default per episode."""
    rows = [
        (1, A, jan(1), 10, 100),
        (1, A, jan(3), 10, 100),
        (1, A, None, 10, 100),
        (1, A, jan(1), 10, 101),
        (1, A, jan(4), 10, 102),
        (1, A, None, 10, 103),
        (1, A, jan(2), None, 104),
        (2, A, jan(1), None, 200),
        (2, A, None, None, 201),
    ]
    assert events(f"{{count: {{of: a, {options}}}}}", rows).measure("m") == expected


def test_one_event_in_two_episodes() -> None:
    rows = [(1, A, jan(2), 10, 100), (1, A, jan(1), 11, 100), (1, A, jan(5), 11, 101)]
    assert events("{count: {of: a, at_least: 2, per: person}}", rows).measure("m") == {p(1, jan(5))}
    assert events("{count: {of: a, at_least: 1}}", rows).measure("m") == {
        e(1, 10, jan(2)),
        e(1, 11, jan(1)),
        e(1, 11, jan(5)),
    }


def test_events_without_episodes_count_by_person() -> None:
    text = concepts("event", "note", "a") + "measures: {m: {count: {of: a, at_least: 2}}}"
    rows = [note(1, 1, jan(1)), note(2, 1, jan(1)), note(3, 2, jan(1))]
    assert referee(text, note=rows).measure("m") == {p(1, jan(1))}


# --- filter, at, names


def test_filter_keeps_the_rows_that_pass() -> None:
    rows = [(1, A, jan(1)), (1, A, jan(5)), (1, A, None)]
    assert people("{filter: {of: a, on_or_after: 2024-01-02}}", rows).measure("m") == {p(1, jan(5))}
    person = [{"person_id": 1, "sex_id": 8507}]
    got = people("{filter: {of: a, sex: male}}", rows, person=person).measure("m")
    assert got == {p(1, jan(1)), p(1, jan(5)), p(1)}


def test_at() -> None:
    rows = [(1, A, jan(1), 10, 100), (1, A, jan(1), 10, 101), (1, A, None, 11, 102), (1, A, jan(3), None, 103)]
    assert events("{at: episode, of: a}", rows).measure("m") == {e(1, 10, jan(1)), e(1, 11)}
    assert events("{at: person, of: a}", rows).measure("m") == {p(1, jan(1)), p(1), p(1, jan(3))}


def test_named_measures_to_any_depth() -> None:
    text = concepts() + "measures: {x: {subquery: a}, y: {or: [x, b]}, z: {and: [y, c]}}"
    r = referee(text, event=[ev(1, B, jan(1)), ev(1, C, jan(2)), ev(2, A, jan(3)), ev(2, C, None)])
    assert r.measure("z") == {p(1, jan(2)), p(2)}
    assert r.measure("x") == {p(2, jan(3))}


def test_a_mixed_or_of_timeless_and_dated_has_unknown_dates() -> None:
    """2.5."""
    text = """
subqueries:
  f: {target: fact, resolve_by: person, rules: [{exact: 1}]}
  a: {target: event, resolve_by: person, rules: [{exact: 1}]}
measures:
  mixed: {or: [f, a]}
  m: {and: [mixed, a]}
"""
    rows = [ev(1, A, jan(1)), ev(2, A, jan(1))]
    r = referee(text, fact=[{"person_id": 1, "concept_id": 1}], event=rows)
    assert r.measure("mixed") == {p(1), p(1, jan(1)), p(2, jan(1))}
    assert r.measure("m") == {p(1, jan(1)), p(2, jan(1))}
