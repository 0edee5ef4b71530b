"""The window (semantics.md 4.1): a is the anchor, b the candidate."""

import datetime as dt

import pytest
from test_referee_world import D, Member, concepts, e, ev, jan, p, referee

A, B = 1, 2


def window(options: str, rows: list[tuple], grain: str = "person", candidate: str = "person") -> set[Member]:
    text = f"""
subqueries:
  a: {{target: event, resolve_by: {grain}, rules: [{{exact: 1}}]}}
  b: {{target: event, resolve_by: {candidate}, rules: [{{exact: 2}}]}}
measures:
  m: {{window: {{anchor: a, candidate: b{options and ", "}{options}}}}}
"""
    return referee(text, event=[ev(*row) for row in rows]).measure("m")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("from: {days: 0}, to: {days: 5}, pick: any", [10, 15]),
        ("from: {days: 1}, pick: any", [15, 16]),
        ("to: {days: -1}, pick: any", [4, 9]),
        ("from: {days: -1}, to: {days: 0}, pick: any", [9, 10]),
        ("pick: any", [4, 9, 10, 15, 16]),
        ("from: {weeks: -1, days: 1}, to: {weeks: 1, days: -1}, pick: any", [4, 9, 10, 15, 16]),
        ("from: {days: 7}, pick: any", []),
        ("", [4]),
        ("from: {days: 1}", [15]),
        ("pick: latest", [16]),
        ("pick: latest, to: {days: 5}", [15]),
        ("pick: closest", [10]),
        ("pick: closest, from: {days: 1}", [15]),
    ],
)
def test_bounds_and_picks(options: str, expected: list[int]) -> None:
    rows = [(1, A, jan(10)), (2, A, jan(10)), (3, B, jan(10)), (1, B, None)]
    rows += [(1, B, jan(d)) for d in (4, 9, 10, 15, 16)]
    assert window(options, rows) == {p(1, jan(d)) for d in expected}


def test_day_42_at_nine_is_inside() -> None:
    rows = [(1, A, dt.datetime(2024, 1, 1, 17, 0)), (1, B, dt.datetime(2024, 2, 12, 9, 0))]
    assert window("from: {days: 0}, to: {days: 42}", rows) == {p(1, D(2024, 2, 12))}
    assert window("from: {days: 0}, to: {days: 41}", rows) == set()


def test_months_then_days() -> None:
    rows = [(1, A, D(2024, 2, 29)), (1, B, D(2025, 3, 29))]
    assert window("to: {years: 1, months: 1}", rows) == {p(1, D(2025, 3, 29))}
    rows = [(1, A, D(2024, 2, 29)), (1, B, D(2025, 3, 30))]
    assert window("to: {years: 1, months: 1}", rows) == set()
    assert window("to: {years: 1, months: 1, days: 1}", rows) == {p(1, D(2025, 3, 30))}


def test_anchor_pick() -> None:
    rows = [(1, A, jan(1)), (1, A, jan(20)), (1, A, None), (2, A, None)]
    rows += [(1, B, jan(2)), (1, B, jan(21)), (2, B, jan(1))]
    near = "from: {days: 0}, to: {days: 5}"
    assert window(near, rows) == {p(1, jan(2))}
    assert window(f"anchor_pick: last, {near}", rows) == {p(1, jan(21))}
    assert window(f"anchor_pick: all, {near}", rows) == {p(1, jan(2)), p(1, jan(21))}
    assert window(f"anchor_pick: all, date: anchor, {near}", rows) == {p(1, jan(1)), p(1, jan(20))}


def test_none_keeps_anchor_rows_without_a_known_candidate_inside() -> None:
    rows = [(1, A, jan(1)), (1, A, jan(20)), (1, A, None), (2, A, None), (3, A, jan(3))]
    rows += [(1, B, jan(2)), (2, B, jan(2)), (3, B, None)]
    near = "from: {days: 0}, to: {days: 5}, pick: none"
    assert window(near, rows) == {p(2), p(3, jan(3))}
    assert window(f"anchor_pick: all, {near}", rows) == {p(1, jan(20)), p(1), p(2), p(3, jan(3))}
    assert window("pick: none", rows) == {p(2), p(3, jan(3))}


def test_closest_ties_to_the_earlier() -> None:
    rows = [(1, A, jan(10)), (1, B, jan(8)), (1, B, jan(12))]
    assert window("pick: closest", rows) == {p(1, jan(8))}


@pytest.mark.parametrize(
    ("date", "expected"),
    [("candidate", [4, 12]), ("anchor", [10]), ("greatest", [10, 12]), ("least", [4, 10])],
)
def test_date(date: str, expected: list[int]) -> None:
    rows = [(1, A, jan(10)), (1, B, jan(4)), (1, B, jan(12))]
    assert window(f"pick: any, date: {date}", rows) == {p(1, jan(d)) for d in expected}


def test_align_by_resolver_or_person() -> None:
    rows = [(1, A, jan(1), 10), (1, B, jan(2), 11)]
    assert window("", rows, "episode", "episode") == set()
    assert window("align: person", rows, "episode", "episode") == {e(1, 10, jan(2))}
    assert window("align: person, keep: candidate", rows, "episode", "episode") == {e(1, 11, jan(2))}


def test_windows_between_grains() -> None:
    """2.4: the grain of the anchor; coarser candidates lift, finer ones count for the key they belong to."""
    rows = [(1, A, jan(1), 10, 100), (1, A, jan(1), 11, 101), (1, B, jan(2), 10, 102), (1, B, jan(3), None, 103)]
    assert window("pick: any", rows, "episode", "event") == {e(1, 10, jan(2))}
    assert window("pick: any, keep: candidate", rows, "episode", "event") == {Member(1, 10, 102, jan(2))}
    assert window("pick: any", rows, "event", "episode") == {Member(1, 10, 100, jan(2))}
    assert window("", rows, "event", "person") == {Member(1, 10, 100, jan(2)), Member(1, 11, 101, jan(2))}
    assert window("pick: any", rows, "person", "event") == {p(1, jan(2)), p(1, jan(3))}


def test_align_person_is_legal_between_any_grains() -> None:
    text = """
subqueries:
  a: {target: event, resolve_by: visit, rules: [{exact: 1}]}
  b: {target: event, resolve_by: event, rules: [{exact: 2}]}
measures: {m: {window: {anchor: a, candidate: b, align: person, pick: any}}}
"""
    rows = [ev(1, A, jan(1), 10, 100, visit_id=7), ev(1, B, jan(2), None, 101), ev(2, B, jan(3), 20, 102)]
    assert referee(text, event=rows).measure("m") == {Member(1, None, 7, jan(2))}


def test_ties_of_candidates_go_to_the_lowest_resolver_then_episode() -> None:
    rows = [(1, A, jan(1), 10, 100), (1, B, jan(2), 11, 103), (1, B, jan(2), 12, 102), (1, B, jan(2), None, 102)]
    for pick in ("earliest", "latest", "closest"):
        got = window(f"keep: candidate, pick: {pick}", rows, "person", "event")
        assert got == {Member(1, 12, 102, jan(2))}


def covers(options: str, anchor: list[dt.date | None], rows: list[tuple], date: str = "start") -> set[Member]:
    text = f"""
subqueries:
  a: {{target: event, resolve_by: person, rules: [{{exact: 1}}]}}
  b: {{target: event, resolve_by: person, date: {date}, rules: [{{exact: 2}}]}}
measures:
  m: {{window: {{anchor: a, candidate: b, covers: true, {options}}}}}
"""
    events = [ev(1, A, d) for d in anchor] + [ev(1, B, start, end_date=end) for start, end in rows]
    return referee(text, event=events).measure("m")


@pytest.mark.parametrize(
    ("start", "end", "inside"),
    [
        (jan(5), jan(15), True),
        (jan(6), jan(15), False),
        (jan(5), jan(14), False),
        (jan(1), None, True),
        (jan(6), None, False),
        (None, jan(30), False),
        (None, None, False),
    ],
)
def test_covers_contains_the_whole_window(start: dt.date | None, end: dt.date | None, inside: bool) -> None:
    got = covers("from: {days: -5}, to: {days: 5}", [jan(10)], [(start, end)])
    assert got == ({p(1, start)} if inside else set())


def test_covers_is_on_one_row() -> None:
    rows = [(jan(1), jan(10)), (jan(10), jan(20))]
    assert covers("from: {days: -5}, to: {days: 5}", [jan(10)], rows) == set()
    assert covers("from: {days: 0}, to: {days: 0}, pick: any", [jan(10)], rows) == {p(1, jan(1)), p(1, jan(10))}
    assert covers("from: {days: 0}, to: {days: 0}, pick: latest", [jan(10)], rows) == {p(1, jan(10))}
    assert covers("from: {days: 0}, to: {days: 0}, pick: closest", [jan(2)], rows) == {p(1, jan(1))}


def test_covers_by_one_of_two_rows_that_are_the_same_member() -> None:
    rows = [(jan(1), jan(2)), (jan(1), jan(20))]
    assert covers("from: {days: 0}, to: {days: 0}", [jan(10)], rows) == {p(1, jan(1))}


def test_covers_by_rows_whose_own_date_is_unknown() -> None:
    """Rows order with unknown dates last; greatest and least of an unknown date are unknown."""
    rows = [(jan(1), None), (jan(2), jan(12))]
    at = "from: {days: 0}, to: {days: 0}, "
    for pick in ("earliest", "latest", "closest"):
        assert covers(at + f"pick: {pick}", [jan(10)], rows, "end") == {p(1, jan(12))}
        assert covers(at + f"pick: {pick}", [jan(10)], rows[:1], "end") == {p(1)}
    assert covers(at + "pick: any", [jan(10)], rows, "end") == {p(1), p(1, jan(12))}
    assert covers(at + "date: greatest", [jan(10)], rows[:1], "end") == {p(1)}
    assert covers(at + "date: least", [jan(10)], rows[:1], "end") == {p(1)}
    assert covers(at + "date: anchor", [jan(10)], rows[:1], "end") == {p(1, jan(10))}
    assert covers(at + "pick: none", [jan(10)], rows[:1], "end") == set()


def test_covers_and_an_unknown_anchor() -> None:
    assert covers("from: {days: 0}, to: {days: 0}", [None], [(jan(1), None)]) == set()
    assert covers("from: {days: 0}, to: {days: 0}, pick: none", [None], [(jan(1), None)]) == {p(1)}


def test_an_anchor_that_is_an_operator_is_picked_after_its_own_logic() -> None:
    text = concepts() + "measures: {m: {window: {anchor: {last: a}, candidate: b, to: {days: 5}, from: {days: 0}}}}"
    rows = [ev(1, A, jan(1)), ev(1, A, jan(9)), ev(1, B, jan(2)), ev(1, B, jan(10))]
    assert referee(text, event=rows).measure("m") == {p(1, jan(10))}
