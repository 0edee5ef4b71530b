"""Reports whose statuses were worked out by hand from docs/semantics.md 6.2, on every evaluator."""

import datetime as dt
from typing import Any

import pytest
from measuremart.render.project import render

from property.asked import CONCEPTS, MEASURES, D, Recorded, days, named, results, statuses
from property.bench import Case, plan_of
from property.comparison import Trial, trial
from property.house import HOUSE, TABLES


@pytest.fixture(scope="module")
def judge(postgres_dsn: str) -> Any:
    with trial(postgres_dsn) as found:
        yield found


REGISTRATION = D(2024, 1, 1)
WINDOWS = {"denominator_window": days(0, 30), "numerator_window": days(0, 10), "reference_date": "denominator"}
# Both were due on 5 January and done too late for it; 10 was perhaps due on another day, too.
PERHAPS = [
    (1, 10, "registered", REGISTRATION),
    (1, 10, "due", D(2024, 1, 5)),
    (1, 10, "due", None),
    (1, 10, "done", D(2024, 1, 20)),
    (2, 20, "registered", REGISTRATION),
    (2, 20, "due", D(2024, 1, 5)),
    (2, 20, "done", D(2024, 1, 20)),
]


def test_an_opportunity_of_unknown_date_might_have_been_met(judge: Trial) -> None:
    assert statuses(judge, PERHAPS, **WINDOWS) == {
        (1, 10): ("unresolved", D(2024, 1, 5), None),
        (2, 20): ("not_met", D(2024, 1, 5), None),
    }


def test_the_first_opportunity_is_the_earliest_known_one(judge: Trial) -> None:
    assert statuses(judge, PERHAPS, opportunity="first", **WINDOWS) == {
        (1, 10): ("not_met", D(2024, 1, 5), None),
        (2, 20): ("not_met", D(2024, 1, 5), None),
    }


def test_the_opportunity_that_was_met_gives_both_dates(judge: Trial) -> None:
    rows = [
        (1, 10, "registered", REGISTRATION),
        (1, 10, "due", D(2024, 1, 2)),
        (1, 10, "due", D(2024, 1, 20)),
        (1, 10, "due", D(2024, 1, 25)),
        (1, 10, "done", D(2024, 1, 30)),
        (1, 10, "done", D(2024, 1, 26)),
    ]
    assert statuses(judge, rows, **WINDOWS) == {(1, 10): ("met", D(2024, 1, 20), D(2024, 1, 26))}
    assert statuses(judge, rows, opportunity="first", **WINDOWS) == {(1, 10): ("not_met", D(2024, 1, 2), None)}


# One key of each status but the last: exclusions, exceptions and the unknowable come beside what is due and done.
STATUS_ROWS: dict[str, list[str]] = {
    "met": ["due", "done", "excepted"],
    "not_met": ["due"],
    "exception": ["due", "excepted"],
    "unresolved": ["unknowable"],
    "excluded": ["due", "done", "taken_out", "unknowable"],
    "ineligible": ["done", "excepted", "taken_out"],
}
ORDER = list(STATUS_ROWS)
POLICIES = {"exclusions": ["taken_out"], "exceptions": ["excepted"], "unresolved": ["unknowable"]}


def _key(person: int, episode: int, status: str) -> Recorded:
    what = ["registered", *STATUS_ROWS[status]]
    return [(person, episode, name, REGISTRATION) for name in what]


@pytest.mark.parametrize("status", ORDER)
def test_each_status(judge: Trial, status: str) -> None:
    assert statuses(judge, _key(1, 10, status), **POLICIES)[1, 10][0] == status


def test_a_person_has_the_first_status_that_any_key_has(judge: Trial) -> None:
    rows = []
    expected = {}
    for first in range(len(ORDER)):
        for second in range(first, len(ORDER)):
            person = 1 + first * len(ORDER) + second
            # The better status stands on the later episode, so that the order of episodes cannot decide.
            rows += _key(person, 10 * person, ORDER[second]) + _key(person, 10 * person + 1, ORDER[first])
            expected[person, None] = ORDER[first]
    found = statuses(judge, rows, grain="person", **POLICIES)
    assert {key: value[0] for key, value in found.items()} == expected


def test_a_key_that_counts_stands_for_its_person(judge: Trial) -> None:
    """However much better another one's status is: what is aggregated is what counts."""
    better, counts = _key(1, 10, "met"), [*_key(1, 11, "not_met"), (1, 11, "taken_out", REGISTRATION)]
    (row,) = results(judge, [*better, *counts], counted=("taken_out",), grain="person")
    assert (named(row)["status"], named(row)["is_counted"]) == ("not_met", True)


@pytest.mark.parametrize(("day", "status"), [(-1, "not_met"), (0, "met"), (10, "met"), (11, "not_met")])
def test_both_ends_of_a_window_are_inside(judge: Trial, day: int, status: str) -> None:
    due = D(2024, 1, 5)
    rows = [
        (1, 10, "registered", REGISTRATION),
        (1, 10, "due", due),
        (1, 10, "done", due + dt.timedelta(days=day)),
    ]
    assert statuses(judge, rows, **WINDOWS)[1, 10][0] == status


@pytest.mark.parametrize(
    ("registered", "done", "window", "policy", "status"),
    [
        (REGISTRATION, None, False, "met", "met"),
        (REGISTRATION, None, False, "ignore", "not_met"),
        (REGISTRATION, None, True, "met", "unresolved"),
        (REGISTRATION, None, True, "ignore", "unresolved"),
        (None, D(2024, 1, 5), True, "met", "unresolved"),
        (None, D(2024, 1, 5), False, "met", "met"),
    ],
)
def test_unknown_dates(
    judge: Trial, registered: dt.date | None, done: dt.date | None, window: bool, policy: str, status: str
) -> None:
    rows = [(1, 10, "registered", registered), (1, 10, "done", done)]
    asked: dict[str, Any] = {"denominator": "full_cohort", "undated_numerator": policy}
    if window:
        asked["numerator_window"] = days(0, 30)
    assert statuses(judge, rows, **asked)[1, 10][0] == status


# All three flags at one key, of which a list may name any.
FLAGGED = [(1, 10, what, REGISTRATION) for what in ("registered", "due", "taken_out", "excepted", "unknowable")]


@pytest.mark.parametrize("kind", ["exclusions", "exceptions", "unresolved"])
def test_the_reason_names_the_measure_that_is_listed_first(judge: Trial, kind: str) -> None:
    word = {"exclusions": "excluded", "exceptions": "exception", "unresolved": "unresolved"}[kind]
    for listed in (["unknowable", "taken_out", "excepted"], ["done", "taken_out", "unknowable"]):
        first = next(m for m in listed if m != "done")
        (row,) = results(judge, FLAGGED, **{kind: listed})
        assert row[5:7] == (word, f"{word}: {first}")


def test_the_dataset_of_a_report(judge: Trial) -> None:
    """7: whether a measure has the key, its first known date, and the number of that row, of the lowest event id."""
    leaf = {"subquery": "score_rows"}
    definitions = HOUSE | {
        "subqueries": {
            "key_rows": {"target": "record", "rules": [{"exact": 1}]},
            "score_rows": {"target": "record", "rules": [{"exact": 2}]},
        },
        "measures": {"key": {"subquery": "key_rows"}, "score": leaf, "best": {"last": "score"}},
        "cohorts": {"all": {"definitions": {"everyone": "key"}}},
        "indicators": {"asked": {"title": "t", "description": "d", "denominator": "full_cohort", "numerator": "key"}},
        "reports": {
            "shown": {
                "title": "t",
                "description": "d",
                "cohorts": ["all"],
                "indicators": ["asked"],
                "dataset": ["score", "best"],
            }
        },
    }
    recorded = [
        # person, episode, event, concept, day, number
        (1, 10, 1, 1, D(2024, 1, 1), None),
        (1, 10, 9, 2, D(2024, 2, 1), 7),  # the first day, and a later event of it
        (1, 10, 8, 2, D(2024, 2, 1), 5),  # the first day, the lowest event: its number counts
        (1, 10, 2, 2, D(2024, 3, 1), 1),
        (1, 10, 3, 2, None, 2),
        (2, 20, 4, 1, None, None),
        (2, 20, 5, 2, None, 3),  # a date is not known: a member, with a number and no date
        (3, 30, 6, 1, D(2024, 1, 2), None),  # no score at all
        (4, 40, 7, 1, D(2024, 1, 3), None),
        (4, 40, 11, 2, D(2024, 1, 5), None),  # the first row has no number: a later one is not borrowed
        (4, 40, 12, 2, D(2024, 1, 6), 4),
    ]
    columns = ("person_id", "episode_id", "event_id", "concept_id", "start_date", "value_number")
    world: dict[str, Any] = {table: [] for table in TABLES}
    world["record"] = [dict(zip(columns, row, strict=True)) for row in recorded]
    world["person"] = [{"person_id": p} for p in (1, 2, 3, 4)]
    world["episode"] = [{"person_id": p, "episode_id": 10 * p} for p in (1, 2, 3, 4)]
    world["run_context"] = [{"as_of": D(2026, 1, 1)}]
    outcome = judge.run(Case("clinic", definitions, world))
    assert not outcome.problems
    assert not outcome.differences
    first, third = D(2024, 2, 1), D(2024, 1, 5)
    # ids, cohort date; sub-cohort date; key: qualified, date, number; score: the same; best: qualified, date
    assert outcome.answers["duckdb"]["report__shown__dataset"] == [
        (1, 10, 10, D(2024, 1, 1), D(2024, 1, 1), True, D(2024, 1, 1), None, True, first, 5, True, D(2024, 3, 1)),
        (2, 20, 20, None, None, True, None, None, True, None, 3, True, None),
        (3, 30, 30, D(2024, 1, 2), D(2024, 1, 2), True, D(2024, 1, 2), None, False, None, None, False, None),
        (4, 40, 40, D(2024, 1, 3), D(2024, 1, 3), True, D(2024, 1, 3), None, True, third, None, True, D(2024, 1, 6)),
    ]


@pytest.mark.parametrize(
    ("valid_for", "asked"),
    [(["march"], {11, 12}), (["may"], {15}), (["march", "may"], {11, 12, 15}), (None, {10, 11, 12, 13, 14, 15, 16})],
)
def test_only_keys_of_the_periods_are_asked(judge: Trial, valid_for: list[str] | None, asked: set[int]) -> None:
    days_of = {
        10: D(2024, 2, 29),
        11: D(2024, 3, 1),
        12: D(2024, 3, 31),
        13: D(2024, 4, 1),
        14: D(2024, 4, 30),
        15: D(2024, 5, 31),
        16: None,  # nobody knows in which period
    }
    rows: Recorded = [(episode, episode, "registered", day) for episode, day in days_of.items()]
    rows += [(episode, episode, "due", D(2020, 1, 1)) for episode in days_of]
    rows += [(11, 11, "done", D(2020, 1, 2))]
    more = {} if valid_for is None else {"valid_for": valid_for}
    found = statuses(judge, rows, **more)
    assert {episode for _, episode in found} == asked
    if 11 in asked:
        assert found[11, 11][0] == "met"


def _two_reports(**shown: Any) -> dict[str, Any]:
    """Definitions with the report `own`, and with others beside it where they are given."""
    report = {"title": "t", "description": "d", "cohorts": ["all"]}
    subqueries = {f"{n}_rows": {"target": "record", "rules": [{"exact": c}]} for n, c in CONCEPTS.items()}
    asked = {"title": "t", "description": "d", "denominator": "due", "numerator": "done", **POLICIES, **WINDOWS}
    return HOUSE | {
        "subqueries": subqueries,
        "measures": MEASURES,
        "cohorts": {"all": {"definitions": {"everyone": "registered"}}},
        "indicators": {"asked": asked},
        "reports": {name: report | found for name, found in {"own": {"indicators": ["asked"]}, **shown}.items()},
    }


def test_a_report_that_restates_an_indicator_leaves_other_reports_as_they_are_alone(judge: Trial) -> None:
    override = {
        "title": "Restated",
        "denominator_window": days(0, 3),
        "numerator_window": days(0, 20),
        "reference_date": "cohort",
        "opportunity": "first",
        "benchmark": {"value": 15},
    }
    other = {"indicators": [{"asked": override}], "dataset": ["done"], "counted": ["due"], "period_date": "latest"}
    records = [
        {"person_id": p, "episode_id": e, "event_id": n, "concept_id": CONCEPTS[what], "start_date": on}
        for n, (p, e, what, on) in enumerate([*PERHAPS, *_key(3, 30, "met"), *_key(4, 40, "excluded")])
    ]
    world: dict[str, Any] = {table: [] for table in TABLES} | {"record": records}
    world["person"] = [{"person_id": p} for p in (1, 2, 3, 4)]
    world["episode"] = [{"person_id": p, "episode_id": 10 * p} for p in (1, 2, 3, 4)]
    world["run_context"] = [{"as_of": D(2026, 1, 1)}]
    cases = [Case("clinic", found, world) for found in (_two_reports(), _two_reports(other=other))]
    alone, beside = (judge.run(case) for case in cases)
    assert not [*alone.problems, *alone.differences, *beside.problems, *beside.differences]

    for name in ("duckdb", "postgres"):
        rows, others = alone.answers[name], beside.answers[name]
        assert {relation: others[relation] for relation in rows} == rows
        statuses_of = [[row[5] for row in others[f"report__{r}__results"]] for r in ("own", "other")]
        assert statuses_of[0] == ["unresolved", "not_met", "met", "excluded"]
        assert statuses_of[1] == ["unresolved", "ineligible", "met", "excluded"]  # it was restated, and not in vain

    # Byte for byte, contracts included; what lists all reports is shared.
    evidence = ("models/generated/indicator_evidence", "models/generated/indicator_recorded")
    shared = ("models/generated/report_co", *evidence, "seeds/generated/")
    both = [render(plan_of(case.text()).plan) for case in cases]
    ours = {path for path in both[0] if not path.startswith(shared)}
    assert "models/generated/random/reports/evidence__own__asked.sql" in ours
    assert {path: both[1][path] for path in ours} == {path: both[0][path] for path in ours}
