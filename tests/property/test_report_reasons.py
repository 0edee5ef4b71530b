"""Reasons, nearest dates and days outside the window, worked out by hand from docs/semantics.md 6.3, on every evaluator."""

import datetime as dt
from typing import Any

import pytest

from property.asked import D, Recorded, days, named, results
from property.comparison import Trial, trial


@pytest.fixture(scope="module")
def judge(postgres_dsn: str) -> Any:
    with trial(postgres_dsn) as found:
        yield found


Reason = tuple[str, str, dt.date | None, int | None]


def reasons(judge: Trial, rows: Recorded, **asked: Any) -> dict[tuple[int, int | None], Reason]:
    """Code, measure, nearest date and days outside by (person, episode)."""
    found = map(named, results(judge, rows, **asked))
    return {
        (r["person_id"], r["episode_id"]): (
            r["reason_code"],
            r["reason_measure"],
            r["nearest_date"],
            r["days_outside"],
        )
        for r in found
    }


REGISTERED = (1, 10, "registered", D(2024, 1, 1))
POLICIES = {"exclusions": ["taken_out"], "exceptions": ["excepted"], "unresolved": ["unknowable"]}
DUE = (1, 10, "due", D(2024, 1, 5))
# Due within 30 days of registration, done from that day to ten days later.
WINDOWS = {"denominator_window": days(0, 30), "numerator_window": days(0, 10), "reference_date": "denominator"}


def done(on: dt.date | None, episode: int | None = 10) -> tuple[int, int | None, str, dt.date | None]:
    return (1, episode, "done", on)


def flag(what: str) -> tuple[int, int, str, dt.date]:
    return (1, 10, what, D(2024, 1, 1))


EACH: dict[str, tuple[Recorded, dict[str, Any], Reason]] = {
    "met": ([DUE, done(D(2024, 1, 9))], WINDOWS, ("met", "done", None, None)),
    "excluded": ([DUE, flag("taken_out")], POLICIES, ("excluded", "taken_out", None, None)),
    "unresolved": ([flag("unknowable")], POLICIES, ("unresolved", "unknowable", None, None)),
    "exception": (
        [DUE, flag("excepted"), done(D(2024, 1, 20))],
        POLICIES | WINDOWS,
        ("exception", "excepted", None, None),
    ),
    "denominator_date_unknown": (
        [(1, 10, "due", None), done(D(2024, 1, 9))],
        WINDOWS,
        ("denominator_date_unknown", "due", None, None),
    ),
    "date_unknown": (
        [DUE, done(None), done(D(2024, 1, 20))],
        WINDOWS,
        ("date_unknown", "done", None, None),
    ),
    "too_early": ([DUE, done(D(2024, 1, 2))], WINDOWS, ("too_early", "done", D(2024, 1, 2), -3)),
    "too_late": ([DUE, done(D(2024, 1, 20))], WINDOWS, ("too_late", "done", D(2024, 1, 20), 5)),
    "undated_ignored": (
        [DUE, done(None)],
        {"undated_numerator": "ignore"},
        ("undated_ignored", "done", None, None),
    ),
    "in_another_episode": (
        [DUE, done(D(2024, 1, 20), episode=11)],
        WINDOWS,
        ("in_another_episode", "done", D(2024, 1, 20), 5),
    ),
    "no_candidate": ([DUE], WINDOWS, ("no_candidate", "done", None, None)),
    "denominator_outside_window": (
        [(1, 10, "due", D(2024, 3, 1)), done(D(2024, 3, 2))],
        WINDOWS,
        ("denominator_outside_window", "due", None, None),
    ),
    "not_in_denominator": ([done(D(2024, 1, 9))], WINDOWS, ("not_in_denominator", "due", None, None)),
}


@pytest.mark.parametrize("code", EACH)
def test_each_reason(judge: Trial, code: str) -> None:
    rows, asked, expected = EACH[code]
    assert reasons(judge, [REGISTERED, *rows], **asked)[1, 10] == expected


def to(after: dict[str, int] | None = None, before: dict[str, int] | None = None) -> dict[str, Any]:
    window = {side: length for side, length in (("before", before), ("after", after)) if length is not None}
    return {"numerator_window": window, "reference_date": "denominator"}


LATER = (1, 10, "due", D(2024, 1, 21))
JANUARY_31 = (1, 10, "due", D(2024, 1, 31))


@pytest.mark.parametrize(
    ("rows", "asked", "expected"),
    [
        # 5 to 15 January: three days before, two days after
        ([DUE, done(D(2024, 1, 2)), done(D(2024, 1, 17))], WINDOWS, ("too_late", D(2024, 1, 17), 2)),
        # as near on both sides: the earlier date
        ([DUE, done(D(2024, 1, 2)), done(D(2024, 1, 18))], WINDOWS, ("too_early", D(2024, 1, 2), -3)),
        # 5 to 15 and 21 to 31 January: as near to both windows, so it is of the first
        ([DUE, LATER, done(D(2024, 1, 18))], WINDOWS, ("too_late", D(2024, 1, 18), 3)),
        ([DUE, LATER, done(D(2024, 1, 19))], WINDOWS, ("too_early", D(2024, 1, 19), -2)),
        ([DUE, LATER, done(D(2024, 1, 19))], WINDOWS | {"opportunity": "first"}, ("too_late", D(2024, 1, 19), 4)),
        # a month after 31 January is 29 February
        ([JANUARY_31, done(D(2024, 3, 2))], to({"months": 1}), ("too_late", D(2024, 3, 2), 2)),
        # a window that is open at one side is missed at the other
        ([DUE, done(D(2023, 12, 31))], to(before={"days": 2}), ("too_early", D(2023, 12, 31), -3)),
        ([DUE, done(D(2024, 1, 7))], to({"days": 1}), ("too_late", D(2024, 1, 7), 1)),
        # around the cohort date, with an opportunity that nobody knows the day of
        (
            [DUE, (1, 10, "due", None), done(D(2024, 1, 20))],
            {"numerator_window": days(0, 10)},
            ("too_late", D(2024, 1, 20), 9),
        ),
    ],
)
def test_the_nearest_date(
    judge: Trial, rows: Recorded, asked: dict[str, Any], expected: tuple[str, dt.date, int]
) -> None:
    code, _, date, outside = reasons(judge, [REGISTERED, *rows], **asked)[1, 10]
    assert (code, date, outside) == expected


UNDATED = {"undated_numerator": "ignore"}


@pytest.mark.parametrize(
    ("rows", "asked", "expected"),
    [
        # in the window, had it been of this episode
        ([done(D(2024, 1, 9), 11), done(D(2024, 1, 4), 11)], WINDOWS, ("in_another_episode", D(2024, 1, 9), 0)),
        # two days in the window: the earlier
        ([done(D(2024, 1, 9), 11), done(D(2024, 1, 8), 12)], WINDOWS, ("in_another_episode", D(2024, 1, 8), 0)),
        # no window: the earliest, and no days
        ([done(D(2024, 1, 9), 11), done(D(2022, 1, 4), 12)], {}, ("in_another_episode", D(2022, 1, 4), None)),
        ([done(None, 11), done(D(2022, 1, 4), 12)], {}, ("in_another_episode", D(2022, 1, 4), None)),
        # dates are not known, and what is not known and ignored is not there
        ([done(None, 11)], WINDOWS, ("in_another_episode", None, None)),
        ([done(None, 11)], {}, ("in_another_episode", None, None)),
        ([done(None, 11)], UNDATED, ("no_candidate", None, None)),
        # what the episode has itself comes first
        ([done(D(2024, 1, 20)), done(D(2024, 1, 9), 11)], WINDOWS, ("too_late", D(2024, 1, 20), 5)),
        ([done(None), done(D(2024, 1, 9), 11)], UNDATED, ("undated_ignored", None, None)),
        # only the first opportunity is asked: 5 to 15 January
        (
            [LATER, done(D(2024, 1, 20), 11)],
            WINDOWS | {"opportunity": "first"},
            ("in_another_episode", D(2024, 1, 20), 5),
        ),
        # an opportunity of unknown date has no window: the days are those of the other
        (
            [(1, 10, "due", None), done(D(2024, 1, 20), 11)],
            to({"days": 10}, {"days": 0}),
            ("in_another_episode", D(2024, 1, 20), 5),
        ),
        # events that belong to no episode
        (
            [done(D(2024, 1, 20), None)],
            WINDOWS | {"resolved": {"done": "event"}},
            ("in_another_episode", D(2024, 1, 20), 5),
        ),
        # a numerator of the person is of every episode
        ([done(D(2024, 1, 20), 11)], WINDOWS | {"resolved": {"done": "person"}}, ("too_late", D(2024, 1, 20), 5)),
    ],
)
def test_other_episodes(
    judge: Trial, rows: Recorded, asked: dict[str, Any], expected: tuple[str, dt.date | None, int | None]
) -> None:
    code, _, date, outside = reasons(judge, [REGISTERED, DUE, *rows], **asked)[1, 10]
    assert (code, date, outside) == expected


def test_another_episode_where_the_cohort_date_is_unknown(judge: Trial) -> None:
    """No window is known, so the earliest date is shown, and no days."""
    rows: Recorded = [(1, 10, "registered", None), done(D(2024, 1, 9), 11), done(D(2023, 1, 9), 11)]
    asked = {"denominator": "full_cohort", "numerator_window": days(0, 10)}
    assert reasons(judge, rows, **asked)[1, 10] == ("in_another_episode", "done", D(2023, 1, 9), None)


def test_another_event_of_the_same_episode_is_no_candidate(judge: Trial) -> None:
    """A cohort of events, and a numerator of events of the same target: only the event itself would do."""
    rows: Recorded = [REGISTERED, done(D(2024, 1, 9))]
    asked = {"denominator": "full_cohort", "resolved": {"registered": "event", "done": "event"}}
    assert reasons(judge, rows, **asked)[1, 10] == ("no_candidate", "done", None, None)
    rows.append(done(D(2024, 1, 8), 11))
    assert reasons(judge, rows, **asked)[1, 10] == ("in_another_episode", "done", D(2024, 1, 8), None)


def test_each_event_of_a_finer_denominator_is_an_opportunity(judge: Trial) -> None:
    rows: Recorded = [REGISTERED, DUE, LATER, done(D(2024, 2, 2))]
    asked = WINDOWS | {"resolved": {"due": "event"}}
    assert reasons(judge, rows, **asked)[1, 10] == ("too_late", "done", D(2024, 2, 2), 2)


def test_the_reason_of_a_person_is_that_of_the_key_that_stands_for_it(judge: Trial) -> None:
    """Both episodes are not met; 11 was due first, and was done too late."""
    rows: Recorded = [
        REGISTERED,
        (1, 10, "due", D(2024, 1, 9)),
        (1, 11, "registered", D(2024, 1, 1)),
        (1, 11, "due", D(2024, 1, 6)),
        done(D(2024, 1, 20), 11),
    ]
    assert reasons(judge, rows, **WINDOWS) == {
        (1, 10): ("in_another_episode", "done", D(2024, 1, 20), 1),
        (1, 11): ("too_late", "done", D(2024, 1, 20), 4),
    }
    assert reasons(judge, rows, grain="person", **WINDOWS) == {(1, None): ("too_late", "done", D(2024, 1, 20), 4)}
