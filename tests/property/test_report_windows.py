"""Numerator windows that are still open on `as_of`, worked out by hand from docs/semantics.md 6.2, on every evaluator."""

import datetime as dt
from typing import Any

import pytest

from property.asked import D, Recorded, days, named, results
from property.comparison import Trial, trial


@pytest.fixture(scope="module")
def judge(postgres_dsn: str) -> Any:
    with trial(postgres_dsn) as found:
        yield found


Said = tuple[str, str]
REGISTERED = (1, 10, "registered", D(2024, 1, 1))
DUE = (1, 10, "due", D(2024, 1, 5))
LATER = (1, 10, "due", D(2024, 1, 21))
# Due within 30 days of registration, done from that day to ten days later: for DUE until 15, for LATER until 31 January.
WINDOWS = {"denominator_window": days(0, 30), "numerator_window": days(0, 10), "reference_date": "denominator"}
POLICIES = {"exclusions": ["taken_out"], "exceptions": ["excepted"], "unresolved": ["unknowable"]}
JANUARY_14, JANUARY_15, JANUARY_16, JANUARY_25 = (D(2024, 1, day) for day in (14, 15, 16, 25))


def done(on: dt.date | None, episode: int | None = 10) -> tuple[int, int | None, str, dt.date | None]:
    return (1, episode, "done", on)


def flag(what: str) -> tuple[int, int, str, dt.date]:
    return (1, 10, what, D(2024, 1, 1))


def said(judge: Trial, rows: Recorded, **asked: Any) -> dict[tuple[int, int | None], Said]:
    """Status and reason by (person, episode)."""
    found = [named(row) for row in results(judge, rows, **asked)]
    return {(r["person_id"], r["episode_id"]): (r["status"], r["reason_code"]) for r in found}


OPEN = ("unresolved", "window_open")
CLOSED = ("not_met", "no_candidate")


@pytest.mark.parametrize(
    ("as_of", "expected"), [(JANUARY_14, OPEN), (JANUARY_15, OPEN), (JANUARY_16, CLOSED), (D(2026, 1, 1), CLOSED)]
)
def test_a_window_is_open_until_its_last_day_is_over(judge: Trial, as_of: dt.date, expected: Said) -> None:
    assert said(judge, [REGISTERED, DUE], as_of=as_of, **WINDOWS)[1, 10] == expected
    assert said(judge, [REGISTERED, DUE], as_of=as_of, open_window="not_met", **WINDOWS)[1, 10] == CLOSED


def test_what_was_not_met_on_a_day_is_not_met_on_a_later_one(judge: Trial) -> None:
    """Care of the window's last day can be recorded while that day is `as_of`; from the next day on it is over."""
    assert said(judge, [REGISTERED, DUE], as_of=JANUARY_15, **WINDOWS)[1, 10] == OPEN
    assert said(judge, [REGISTERED, DUE, done(JANUARY_15)], as_of=JANUARY_15, **WINDOWS)[1, 10] == ("met", "met")
    assert said(judge, [REGISTERED, DUE, done(JANUARY_15)], as_of=JANUARY_16, **WINDOWS)[1, 10] == ("met", "met")


@pytest.mark.parametrize(
    ("after", "last"),
    [
        ({"days": 0}, D(2024, 1, 31)),
        ({"weeks": 1, "days": 1}, D(2024, 2, 8)),
        ({"months": 1}, D(2024, 2, 29)),  # 31 January and a month: the end of February
        ({"years": 1}, D(2025, 1, 31)),
    ],
)
def test_the_last_day_of_each_unit(judge: Trial, after: dict[str, int], last: dt.date) -> None:
    rows: Recorded = [REGISTERED, (1, 10, "due", D(2024, 1, 31))]
    asked: dict[str, Any] = {"numerator_window": {"after": after}, "reference_date": "denominator"}
    assert said(judge, rows, as_of=last, **asked)[1, 10] == OPEN
    assert said(judge, rows, as_of=last + dt.timedelta(days=1), **asked)[1, 10] == CLOSED


# On 14 January the window of DUE is open: which rows of the tables of 6.2 and 6.3 come before that, and which after.
ROWS: dict[str, tuple[Recorded, dict[str, Any], Said]] = {
    "excluded": ([DUE, flag("taken_out")], POLICIES, ("excluded", "excluded")),
    "unresolved by a measure": ([DUE, flag("unknowable")], POLICIES, ("unresolved", "unresolved")),
    "met": ([DUE, done(D(2024, 1, 9))], {}, ("met", "met")),
    "exception": ([DUE, flag("excepted")], POLICIES, ("exception", "exception")),
    "denominator date unknown": ([(1, 10, "due", None)], {}, ("unresolved", "denominator_date_unknown")),
    "numerator date unknown": ([DUE, done(None)], {}, ("unresolved", "date_unknown")),
    "too early": ([DUE, done(D(2024, 1, 2))], {}, OPEN),
    "in another episode": ([DUE, done(D(2024, 1, 9), 11)], {}, OPEN),
    "no candidate": ([DUE], {}, OPEN),
    "denominator outside its window": (
        [(1, 10, "due", D(2023, 12, 30))],
        {},
        ("ineligible", "denominator_outside_window"),
    ),
    "not in the denominator": ([], {}, ("ineligible", "not_in_denominator")),
}


@pytest.mark.parametrize("row", ROWS)
def test_each_row_of_the_tables(judge: Trial, row: str) -> None:
    rows, asked, expected = ROWS[row]
    assert said(judge, [REGISTERED, *rows], as_of=JANUARY_14, **WINDOWS, **asked)[1, 10] == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([DUE, done(D(2024, 1, 2))], ("not_met", "too_early", D(2024, 1, 2), -3)),
        ([DUE, done(D(2024, 1, 9), 11)], ("not_met", "in_another_episode", D(2024, 1, 9), 0)),
    ],
)
def test_an_open_window_has_no_nearest_date(
    judge: Trial, rows: Recorded, expected: tuple[str, str, dt.date, int]
) -> None:
    """Nobody has missed it yet; where it is over, or does not matter, the near miss is shown."""
    columns = ("status", "reason_code", "nearest_date", "days_outside")
    for as_of, policy, wanted in (
        (JANUARY_14, "unresolved", (*OPEN, None, None)),
        (JANUARY_16, "unresolved", expected),
        (JANUARY_14, "not_met", expected),
    ):
        (row,) = results(judge, [REGISTERED, *rows], as_of=as_of, open_window=policy, **WINDOWS)
        assert tuple(named(row)[c] for c in columns) == wanted


@pytest.mark.parametrize(
    ("opportunity", "rows", "expected"),
    [
        # the window of the first is over since 16 January, that of the second is open until 31 January
        ("any", [DUE, LATER], OPEN),
        ("first", [DUE, LATER], CLOSED),
        ("any", [DUE, LATER, done(D(2024, 1, 18))], OPEN),
        ("first", [DUE, LATER, done(D(2024, 1, 18))], ("not_met", "too_late")),
        ("any", [DUE, LATER, done(D(2024, 1, 9))], ("met", "met")),
        # an opportunity of unknown date might be in, but has no window that could be open
        ("any", [DUE, (1, 10, "due", None)], CLOSED),
    ],
)
def test_one_opportunity_with_an_open_window_is_enough(
    judge: Trial, opportunity: str, rows: Recorded, expected: Said
) -> None:
    found = said(judge, [REGISTERED, *rows], as_of=JANUARY_25, opportunity=opportunity, **WINDOWS)
    assert found[1, 10] == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, CLOSED),  # without a window nothing closes, or is open
        ({"numerator_window": {"before": {"days": 3}}, "reference_date": "denominator"}, CLOSED),  # it never closes
        ({"numerator_window": days(0, 13)}, OPEN),  # around the cohort date, until 14 January
        ({"numerator_window": days(0, 12)}, CLOSED),
    ],
)
def test_which_windows_can_be_open(judge: Trial, asked: dict[str, Any], expected: Said) -> None:
    assert said(judge, [REGISTERED, DUE], as_of=JANUARY_14, **asked)[1, 10] == expected
    if not asked or "reference_date" not in asked:
        full = said(judge, [REGISTERED], as_of=JANUARY_14, denominator="full_cohort", **asked)
        assert full[1, 10] == expected


def test_a_reference_of_unknown_date_has_no_window(judge: Trial) -> None:
    asked: dict[str, Any] = {"denominator": "full_cohort", "numerator_window": days(0, 10), "as_of": JANUARY_14}
    assert said(judge, [(1, 10, "registered", None)], **asked)[1, 10] == CLOSED
    assert said(judge, [(1, 10, "registered", None), done(JANUARY_14)], **asked)[1, 10] == (
        "unresolved",
        "date_unknown",
    )


def test_care_that_must_not_happen_has_not_happened_yet(judge: Trial) -> None:
    asked: dict[str, Any] = WINDOWS | {"benchmark": {"value": 10, "better": "lower"}}
    rows: Recorded = [REGISTERED, DUE]
    assert said(judge, rows, as_of=JANUARY_15, **asked)[1, 10] == OPEN
    assert said(judge, rows, as_of=JANUARY_16, **asked)[1, 10] == CLOSED
    assert said(judge, [*rows, done(D(2024, 1, 9))], as_of=JANUARY_15, **asked)[1, 10] == ("met", "met")


def test_a_duration_waits_too(judge: Trial) -> None:
    asked: dict[str, Any] = WINDOWS | {"type": "duration"}
    assert said(judge, [REGISTERED, DUE], as_of=JANUARY_15, **asked)[1, 10] == OPEN


@pytest.mark.parametrize(
    ("own", "restated", "expected"),
    [
        ("unresolved", {"open_window": "not_met"}, CLOSED),
        ("not_met", {"open_window": "unresolved"}, OPEN),
        ("not_met", {"title": "Restated"}, CLOSED),
        ("unresolved", {"numerator_window": days(0, 3)}, CLOSED),  # until 8 January
        ("unresolved", {"reference_date": "cohort"}, CLOSED),  # until 11 January
    ],
)
def test_a_report_restates_it(judge: Trial, own: str, restated: dict[str, Any], expected: Said) -> None:
    found = said(judge, [REGISTERED, DUE], as_of=JANUARY_14, open_window=own, restated=restated, **WINDOWS)
    assert found[1, 10] == expected


def test_a_person_with_a_key_that_failed_is_not_met(judge: Trial) -> None:
    """6.2: not met comes before unresolved; unresolved comes before ineligible."""
    second = (1, 11, "registered", D(2024, 1, 1))
    rows: Recorded = [REGISTERED, DUE, second, (1, 11, "due", D(2024, 1, 21))]
    person = {"grain": "person", "as_of": JANUARY_25, **WINDOWS}
    assert said(judge, rows, as_of=JANUARY_25, **WINDOWS) == {(1, 10): CLOSED, (1, 11): OPEN}
    assert said(judge, rows, **person) == {(1, None): CLOSED}
    assert said(judge, [REGISTERED, *rows[2:]], **person) == {(1, None): OPEN}


def test_an_opportunity_outside_the_denominator_window_does_not_count(judge: Trial) -> None:
    """30 days after registration are 31 January; what was due on 1 February could be done until the 11th."""
    rows: Recorded = [REGISTERED, DUE, (1, 10, "due", D(2024, 2, 1))]
    assert said(judge, rows, as_of=D(2024, 2, 2), **WINDOWS)[1, 10] == CLOSED
    del rows[1]
    assert said(judge, rows, as_of=D(2024, 2, 2), **WINDOWS)[1, 10] == ("ineligible", "denominator_outside_window")


def test_keys_of_one_report(judge: Trial) -> None:
    """Keys of one report at once: over, open, met, not due."""
    people = {1: D(2024, 1, 4), 2: D(2024, 1, 14), 3: D(2024, 1, 14), 4: None}
    rows: Recorded = [(p, 10 * p, "registered", D(2024, 1, 1)) for p in people]
    rows += [(p, 10 * p, "due", day) for p, day in people.items() if day is not None]
    rows += [(3, 30, "done", JANUARY_15)]
    assert said(judge, rows, as_of=JANUARY_15, **WINDOWS) == {
        (1, 10): CLOSED,
        (2, 20): OPEN,
        (3, 30): ("met", "met"),
        (4, 40): ("ineligible", "not_in_denominator"),
    }


# Referred and treated within 42 days, as of 31 January 2026.
REFERRED: Recorded = [
    (1, 10, "registered", D(2025, 6, 1)),
    (1, 10, "done", D(2025, 7, 1)),  # in time
    (2, 20, "registered", D(2026, 1, 20)),  # until 3 March
    (3, 30, "registered", D(2025, 12, 1)),  # until 12 January
]
IN_SIX_WEEKS: dict[str, Any] = {
    "denominator": "full_cohort",
    "numerator_window": days(0, 42),
    "as_of": D(2026, 1, 31),
}


def test_seen_from_a_day(judge: Trial) -> None:
    assert said(judge, REFERRED, **IN_SIX_WEEKS) == {(1, 10): ("met", "met"), (2, 20): OPEN, (3, 30): CLOSED}


def test_seen_from_a_day_with_what_lies_after_it(judge: Trial) -> None:
    """A treatment and a referral of the future: the one has not happened, the other is nobody's yet."""
    future: Recorded = [
        (4, 40, "registered", D(2026, 1, 10)),  # until 21 February
        (4, 40, "done", D(2026, 2, 15)),
        (5, 50, "registered", D(2026, 3, 1)),
    ]
    assert said(judge, [*REFERRED, *future], **IN_SIX_WEEKS) == {
        (1, 10): ("met", "met"),
        (2, 20): OPEN,
        (3, 30): CLOSED,
        (4, 40): OPEN,
    }
