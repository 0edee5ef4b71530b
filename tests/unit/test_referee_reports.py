"""Cohorts, indicators and reports (semantics.md 5, 6 and 7)."""

import datetime as dt

import pytest
from measuremart.referee import Referee, Result
from test_referee_world import D, Member, e, ev, jan, p, referee

COHORT, DENOMINATOR, NUMERATOR, EXCLUDED, EXCEPTED, UNKNOWN, COUNTED = 1, 2, 3, 4, 5, 6, 7


def report(
    options: str = "",
    *,
    events: list[tuple] = (),
    grain: str = "episode",
    denominator: str = "d",
    cohort: str = "episode",
    more: str = "",
    full: bool = False,
    lists: str = "exclusions: [x]\n    exceptions: [s]\n    unresolved: [u]",
) -> Referee:
    """One cohort c, an indicator i of d and n with x, s, u; d and n at `grain`, the cohort at `cohort`."""
    grains = dict.fromkeys("dnxsu", grain) | {"c": cohort, "k": cohort}
    numbers = {"c": 1, "d": 2, "n": 3, "x": 4, "s": 5, "u": 6, "k": 7}
    subqueries = "".join(
        f"  {m}_rows: {{target: event, resolve_by: {g}, rules: [{{exact: {numbers[m]}}}]}}\n" for m, g in grains.items()
    )
    measures = "".join(f"  {m}: {{subquery: {m}_rows}}\n" for m in grains)
    text = f"""
subqueries:
{subqueries}
measures:
{measures}
cohorts: {{lung: {{definitions: {{one: c}}}}}}
indicators:
  i:
    description: d
    title: t
    denominator: {"full_cohort" if full else denominator}
    numerator: n
    {lists}
    {options}
reports:
  r: {{title: t, description: d, cohorts: [lung], indicators: [i], {more}}}
"""
    return referee(text, event=[ev(1, *event) for event in events])


def only(*arguments, **named) -> Result:
    (result,) = report(*arguments, **named).results("r")
    return result


def said(result: Result) -> tuple:
    return (result.status, result.denominator_date, result.numerator_date, result.days_between)


# --- cohorts and cohort dates


def test_cohort_dates() -> None:
    """5: of the primary cohort where it has the key, else of all; null if the primary has it undated only."""
    text = """
subqueries:
  a: {target: event, resolve_by: person, rules: [{exact: 1}]}
  b: {target: event, resolve_by: person, rules: [{exact: 2}]}
  c: {target: event, resolve_by: person, rules: [{exact: 3}]}
measures: {ma: {subquery: a}, mb: {subquery: b}, mc: {subquery: c}}
cohorts:
  first: {definitions: {a: ma}}
  second: {definitions: {b: mb, c: mc}}
indicators: {i: {description: d, title: t, denominator: full_cohort, numerator: ma}}
reports: {r: {title: t, description: d, cohorts: [second, first], primary_cohort: first, indicators: [i]}}
"""
    rows = [(1, 1, jan(5)), (1, 1, jan(7)), (1, 2, jan(1)), (2, 2, jan(3)), (2, 3, jan(2)), (3, 1, None)]
    rows += [(3, 2, jan(1)), (4, 2, None)]
    r = referee(text, event=[ev(*row) for row in rows])
    assert r.cohort("second") == {p(1, jan(1)), p(2, jan(3)), p(2, jan(2)), p(3, jan(1)), p(4)}
    assert r.report("r") == {p(1, jan(5)), p(2, jan(2)), p(3), p(4)}


# --- 6.1, outside reports


def test_report_free_tables() -> None:
    events = [(DENOMINATOR, jan(1), 10), (DENOMINATOR, None, 10), (NUMERATOR, jan(9), 10), (NUMERATOR, jan(8), 10)]
    events += [(DENOMINATOR, jan(1), 11), (NUMERATOR, jan(1), 12), (DENOMINATOR, jan(1), 13), (NUMERATOR, None, 13)]
    r = report(events=events)
    assert r.indicator("i") == {e(1, 10, jan(8)), e(1, 13)}


def test_report_free_indicator_aligns_as_and() -> None:
    text = """
subqueries:
  d: {target: event, resolve_by: event, rules: [{exact: 2}]}
  n: {target: event, resolve_by: person, rules: [{exact: 3}]}
measures: {md: {subquery: d}, mn: {subquery: n}}
indicators: {i: {description: d, title: t, denominator: md, numerator: mn}}
"""
    rows = [ev(1, 2, jan(1), 10, 100), ev(1, 2, jan(2), None, 101), ev(1, 3, jan(3)), ev(2, 2, jan(1), 20, 102)]
    assert referee(text, event=rows).indicator("i") == {Member(1, 10, 100, jan(3)), Member(1, None, 101, jan(3))}


def test_report_free_tables_of_the_full_cohort() -> None:
    r = report(full=True, events=[(NUMERATOR, jan(1), 10), (NUMERATOR, None, 10)])
    assert r.indicator("i") == {e(1, 10, jan(1)), e(1, 10)}


# --- 6.2, status by status

IN = [(COHORT, jan(10), 10)]
DUE = [*IN, (DENOMINATOR, jan(12), 10)]
MET = [*DUE, (NUMERATOR, jan(15), 10)]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (IN, ("ineligible", None, None, None)),
        ([*IN, (NUMERATOR, jan(15), 10), (EXCLUDED, jan(1), 10), (EXCEPTED, jan(1), 10)], ("ineligible",)),
        ([*IN, (UNKNOWN, None, 10)], ("unresolved", None, None, None)),
        (DUE, ("not_met", jan(12), None, None)),
        ([*DUE, (NUMERATOR, jan(15), 11), (EXCLUDED, jan(15), 11)], ("not_met", jan(12), None, None)),
        (MET, ("met", jan(12), jan(15), 3)),
        ([*DUE, (NUMERATOR, jan(10), 10)], ("met", jan(12), jan(10), -2)),
        ([*DUE, (NUMERATOR, None, 10)], ("met", jan(12), None, None)),
        ([*MET, (NUMERATOR, jan(13), 10), (NUMERATOR, None, 10)], ("met", jan(12), jan(13), 1)),
        ([*DUE, (EXCEPTED, None, 10)], ("exception", jan(12), None, None)),
        ([*MET, (EXCEPTED, None, 10)], ("met", jan(12), jan(15), 3)),
        ([*MET, (UNKNOWN, None, 10)], ("unresolved", jan(12), jan(15), 3)),
        ([*MET, (UNKNOWN, None, 10), (EXCLUDED, None, 10)], ("excluded", jan(12), jan(15), 3)),
        ([*DUE, (UNKNOWN, None, 10), (EXCEPTED, None, 10)], ("unresolved", jan(12), None, None)),
    ],
)
def test_status_without_windows(events: list[tuple], expected: tuple) -> None:
    assert said(only(events=events))[: len(expected)] == expected


def test_full_cohort_is_always_due_at_the_cohort_date() -> None:
    window = "denominator_window: {before: {days: 1}, after: {days: 1}}"
    assert said(only(window, full=True, events=IN)) == ("not_met", jan(10), None, None)
    assert said(only(window, full=True, events=[(COHORT, None, 10)])) == ("not_met", None, None, None)
    assert said(only(full=True, events=[(COHORT, None, 10), (NUMERATOR, jan(3), 10)])) == ("met", None, jan(3), None)


@pytest.mark.parametrize(
    ("cohort", "denominators", "expected"),
    [
        (jan(10), [jan(8)], ("not_met", jan(8))),
        (jan(10), [jan(7)], ("ineligible", None)),
        (jan(10), [jan(15)], ("not_met", jan(15))),
        (jan(10), [jan(16)], ("ineligible", None)),
        (jan(10), [None], ("unresolved", None)),
        (jan(10), [None, jan(16)], ("unresolved", None)),
        (jan(10), [None, jan(15), jan(9), jan(1)], ("not_met", jan(9))),
        (None, [jan(10)], ("unresolved", None)),
        (None, [], ("ineligible", None)),
    ],
)
def test_denominator_window(cohort: dt.date | None, denominators: list, expected: tuple) -> None:
    window = "denominator_window: {before: {days: 2}, after: {days: 5}}"
    result = only(window, events=[(COHORT, cohort, 10), *((DENOMINATOR, d, 10) for d in denominators)])
    assert (result.status, result.denominator_date) == expected


def test_open_sides_of_a_window() -> None:
    events = [*IN, (DENOMINATOR, D(2020, 1, 1), 10)]
    assert only("denominator_window: {after: {days: 0}}", events=events).status == "not_met"
    assert only("denominator_window: {before: {days: 0}}", events=events).status == "ineligible"


def test_an_exclusion_or_exception_needs_the_denominator() -> None:
    """Unknown eligibility is unresolved, even where it would be excluded."""
    window = "denominator_window: {after: {days: 0}}"
    events = [*IN, (DENOMINATOR, None, 10), (EXCLUDED, None, 10), (EXCEPTED, None, 10), (NUMERATOR, jan(1), 10)]
    assert said(only(window, events=events)) == ("unresolved", None, None, None)


@pytest.mark.parametrize(
    ("reference", "cohort", "denominators", "numerators", "expected"),
    [
        ("cohort", jan(10), [jan(1)], [jan(10)], ("met", jan(1), jan(10), 9)),
        ("cohort", jan(10), [jan(1)], [jan(15)], ("met", jan(1), jan(15), 14)),
        ("cohort", jan(10), [jan(1)], [jan(9), jan(16)], ("not_met", jan(1), None, None)),
        ("cohort", jan(10), [jan(1)], [jan(9), None], ("unresolved", jan(1), None, None)),
        ("cohort", jan(10), [jan(1)], [jan(11), None], ("met", jan(1), jan(11), 10)),
        ("cohort", None, [jan(1)], [jan(11)], ("unresolved", jan(1), None, None)),
        ("cohort", None, [jan(1)], [], ("not_met", jan(1), None, None)),
        ("cohort", jan(10), [None], [jan(11)], ("met", None, jan(11), None)),
        ("denominator", jan(10), [jan(1)], [jan(10)], ("not_met", jan(1), None, None)),
        ("denominator", jan(10), [jan(1)], [jan(6), jan(5)], ("met", jan(1), jan(5), 4)),
        ("denominator", jan(10), [jan(1), jan(20)], [jan(25), jan(21)], ("met", jan(20), jan(21), 1)),
        ("denominator", jan(10), [jan(1), jan(20)], [jan(30)], ("not_met", jan(1), None, None)),
        ("denominator", jan(10), [jan(1), jan(20)], [jan(25), jan(6)], ("met", jan(1), jan(6), 5)),
        ("denominator", jan(10), [jan(1), None], [jan(20)], ("unresolved", jan(1), None, None)),
        ("denominator", jan(10), [None], [jan(20)], ("unresolved", None, None, None)),
        ("denominator", jan(10), [None], [], ("not_met", None, None, None)),
        ("denominator", None, [jan(1)], [jan(1)], ("met", jan(1), jan(1), 0)),
    ],
)
def test_numerator_window(reference, cohort, denominators, numerators, expected) -> None:
    options = f"reference_date: {reference}\n    numerator_window: {{before: {{days: 0}}, after: {{days: 5}}}}"
    events = [(COHORT, cohort, 10), *((DENOMINATOR, d, 10) for d in denominators)]
    events += [(NUMERATOR, d, 10) for d in numerators]
    assert said(only(options, events=events)) == expected


def first(*parts: str) -> str:
    return "\n    ".join(["opportunity: first", *parts])


@pytest.mark.parametrize(
    ("denominators", "numerators", "expected"),
    [
        ([jan(1), jan(20)], [jan(21)], ("not_met", jan(1), None, None)),
        ([jan(1), jan(20)], [jan(6), jan(21)], ("met", jan(1), jan(6), 5)),
        ([jan(20), None], [jan(21)], ("met", jan(20), jan(21), 1)),
        ([jan(1), None], [jan(21)], ("not_met", jan(1), None, None)),
        ([None], [jan(21)], ("unresolved", None, None, None)),
    ],
)
def test_the_first_opportunity(denominators, numerators, expected) -> None:
    events = [*IN, *((DENOMINATOR, d, 10) for d in denominators), *((NUMERATOR, d, 10) for d in numerators)]
    options = first("reference_date: denominator", "numerator_window: {before: {days: 0}, after: {days: 5}}")
    assert said(only(options, events=events)) == expected


def test_the_first_opportunity_inside_the_denominator_window() -> None:
    options = first(
        "reference_date: denominator",
        "denominator_window: {before: {days: 0}}",
        "numerator_window: {before: {days: 0}, after: {days: 5}}",
    )
    events = [*IN, (DENOMINATOR, jan(1), 10), (DENOMINATOR, jan(12), 10), (NUMERATOR, jan(13), 10)]
    assert said(only(options, events=events)) == ("met", jan(12), jan(13), 1)
    assert said(only(options, events=[*events, (DENOMINATOR, None, 10)])) == ("met", jan(12), jan(13), 1)


@pytest.mark.parametrize(
    ("numerators", "alone", "beside_a_known_one"),
    [
        ([], "unresolved", "not_met"),
        ([jan(30)], "unresolved", "not_met"),
        ([None], "unresolved", "unresolved"),
        ([jan(12)], "unresolved", "met"),
    ],
)
def test_an_unknown_opportunity(numerators: list, alone: str, beside_a_known_one: str) -> None:
    """Alone it leaves eligibility itself unknown; beside one that passes, what is surely missed stays missed."""
    options = "denominator_window: {before: {days: 0}}\n    numerator_window: {after: {days: 5}}"
    events = [*IN, (DENOMINATOR, None, 10), *((NUMERATOR, d, 10) for d in numerators)]
    assert only(options, events=events).status == alone
    assert only(options, events=[*events, (DENOMINATOR, jan(20), 10)]).status == beside_a_known_one


def test_undated_numerators() -> None:
    events = [*DUE, (NUMERATOR, None, 10)]
    assert only("undated_numerator: ignore", events=events).status == "not_met"
    assert only("undated_numerator: met", events=events).status == "met"
    window = "undated_numerator: ignore\n    numerator_window: {after: {days: 5}}"
    assert only(window, events=events).status == "unresolved"
    assert said(only("undated_numerator: ignore", events=[*events, (NUMERATOR, jan(2), 10)]))[:3] == (
        "met",
        jan(12),
        jan(2),
    )


# --- 6.2, grains


def test_coarser_measures_lift_to_every_key_of_the_cohort() -> None:
    events = [(COHORT, jan(1), 10), (COHORT, jan(2), 11), (DENOMINATOR, jan(3), None), (NUMERATOR, jan(4), None)]
    results = report(events=events, grain="person").results("r")
    assert {(r.episode_id, *said(r)) for r in results} == {
        (10, "met", jan(3), jan(4), 1),
        (11, "met", jan(3), jan(4), 1),
    }


def test_finer_measures_count_for_their_key() -> None:
    events = [(COHORT, jan(1), 10), (COHORT, jan(2), 11)]
    events += [(DENOMINATOR, jan(3), 10, 100), (NUMERATOR, jan(4), 10, 101), (DENOMINATOR, jan(3), 11, 102)]
    events += [(NUMERATOR, jan(4), None, 103)]
    results = report(events=events, grain="event").results("r")
    assert {(r.episode_id, r.status) for r in results} == {(10, "met"), (11, "not_met")}


@pytest.mark.parametrize(
    ("kind", "reason"), [("exclusions", "excluded"), ("exceptions", "exception"), ("unresolved", "unresolved")]
)
def test_the_reason_names_the_measure_that_is_listed_first(kind: str, reason: str) -> None:
    due = [(COHORT, jan(1), 10), (DENOMINATOR, jan(3), 10)]
    both = [*due, (EXCEPTED, jan(4), 10), (UNKNOWN, jan(4), 10)]
    for listed in (["u", "s"], ["s", "u"], ["x", "u", "s"]):
        first = next(m for m in listed if m != "x")
        result = only(lists=f"{kind}: [{', '.join(listed)}]", events=both)
        assert (result.status, result.reason) == (reason, f"{reason}: {first}")


def test_person_grain_reduces_to_the_best_key() -> None:
    """met, not_met, exception, unresolved, excluded, ineligible; then dates, nulls last; then the lowest key."""
    events = [(COHORT, jan(n), n) for n in (10, 11, 12, 13, 14)]
    events += [(DENOMINATOR, jan(20), n) for n in (11, 12, 13)] + [(DENOMINATOR, None, 14)]
    events += [(NUMERATOR, jan(25), 12), (NUMERATOR, jan(22), 13), (NUMERATOR, jan(21), 14)]
    result = only("grain: person", events=events)
    why = ("met", "met", "met", "n")
    assert result == Result("i", 1, None, 1, jan(13), *why, jan(20), jan(22), 2, None, None, None, jan(13), True)
    tied = only("grain: person", events=[(COHORT, None, 11), (COHORT, jan(1), 10)])
    assert (tied.status, tied.cohort_date) == ("ineligible", jan(1))


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([(EXCLUDED, None, 10)], "excluded"),
        ([(EXCLUDED, None, 10), (UNKNOWN, None, 11)], "unresolved"),
        ([(UNKNOWN, None, 10), (EXCEPTED, None, 11)], "exception"),
        ([(EXCEPTED, None, 10)], "not_met"),
        ([(EXCEPTED, None, 10), (EXCEPTED, None, 11)], "exception"),
    ],
)
def test_person_grain_order_of_statuses(events, expected) -> None:
    due = [(code, jan(1), n) for code in (COHORT, DENOMINATOR) for n in (10, 11)]
    if expected == "excluded":
        due = due[:3]
    assert only("grain: person", events=[*due, *events]).status == expected


def test_person_grain_reduces_counted_keys_first() -> None:
    events = [(COHORT, jan(1), 10), (COHORT, jan(1), 11), (DENOMINATOR, jan(1), 10), (NUMERATOR, jan(1), 10)]
    counted = [*events, (COUNTED, None, 11)]
    result = only("grain: person", events=counted, more="counted: [k]")
    assert (result.status, result.is_counted) == ("ineligible", True)
    result = only("grain: person", events=events, more="counted: [k]")
    assert (result.status, result.is_counted) == ("met", False)


def test_counted_keys_are_in_all_of_the_measures() -> None:
    events = [(COHORT, jan(1), 10), (COHORT, jan(1), 11), (COUNTED, None, 11), (DENOMINATOR, jan(1), 11)]
    results = report(events=[*events, (COUNTED, None, 10)], more="counted: [k, d]").results("r")
    assert {r.episode_id: r.is_counted for r in results} == {10: False, 11: True}


# --- 7, periods; overrides


@pytest.mark.parametrize(
    ("by", "dates", "expected"),
    [
        ("cohort", (jan(1), jan(2), jan(3)), jan(1)),
        ("cohort", (None, jan(2), jan(3)), jan(2)),
        ("denominator", (jan(1), jan(2), jan(3)), jan(2)),
        ("denominator", (jan(1), None, jan(3)), jan(1)),
        ("numerator", (jan(1), jan(2), jan(3)), jan(3)),
        ("numerator", (jan(1), jan(2), None), jan(2)),
        ("numerator", (jan(1), None, None), jan(1)),
        ("latest", (jan(1), jan(2), jan(3)), jan(3)),
        ("latest", (jan(1), jan(4), jan(3)), jan(4)),
        ("latest", (jan(1), jan(4), None), jan(4)),
        ("latest", (jan(1), None, None), jan(1)),
        ("latest", (None, None, None), None),
    ],
)
def test_period_date(by: str, dates: tuple, expected: dt.date | None) -> None:
    events = [(concept, date, 10) for concept, date in zip((COHORT, DENOMINATOR, NUMERATOR), dates, strict=True)]
    assert only(events=events, more=f"period_date: {by}").period_date == expected


def test_a_report_restates_without_forking() -> None:
    text = """
subqueries: {s: {target: event, resolve_by: person, rules: [{exact: 1}]}, n: {target: event, rules: [{exact: 3}]}}
measures: {c: {subquery: s}, m: {at: person, of: n}}
cohorts: {all: {definitions: {one: c}}}
indicators: {i: {description: d, title: t, denominator: full_cohort, numerator: m}}
reports:
  plain: {title: t, description: d, cohorts: [all], indicators: [i]}
  strict: {title: t, description: d, cohorts: [all], indicators: [i: {numerator_window: {after: {days: 1}}}]}
"""
    r = referee(text, event=[ev(1, 1, jan(1)), ev(1, 3, jan(9), 10)])
    assert [x.status for x in r.results("plain")] == ["met"]
    assert [x.status for x in r.results("strict")] == ["not_met"]


@pytest.mark.parametrize(
    ("day", "is_asked"), [(jan(9), False), (jan(10), True), (jan(20), True), (jan(21), False), (None, False)]
)
def test_an_indicator_is_asked_in_the_periods_that_it_is_valid_for(day: dt.date | None, is_asked: bool) -> None:
    built = report(
        "valid_for: [tens]",
        events=[(COHORT, day, 10), (DENOMINATOR, jan(1), 10), (NUMERATOR, jan(2), 10)],
        more="periods: [{name: tens, start: 2024-01-10, end: 2024-01-20}, {name: rest, start: 2024-01-21, end: 2024-12-31}]",
    )
    assert len(built.results("r")) == is_asked
