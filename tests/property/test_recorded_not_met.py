"""Recorded, but not as the numerator asks: worked out by hand from docs/semantics.md 6.3, on every evaluator."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from property.asked import LONG_AFTER, D, days, named
from property.bench import Case
from property.comparison import Trial, trial
from property.house import HOUSE, TABLES

MMHG, KPA, CONFIRMED, REFUTED = 8876, 8877, 101, 102
# Concepts: 1 registered, 3 systolic, 4 diastolic.
LOW = {"target": "record", "rules": [{"scalar": {"op": "<", "value": 140, "concept": 3, "unit": MMHG}}]}
LOW_DIASTOLIC = {"target": "record", "rules": [{"scalar": {"op": "<", "value": 90, "concept": 4}}]}
MONTH = {"numerator_window": days(0, 30)}


@pytest.fixture(scope="module")
def judge(postgres_dsn: str) -> Any:
    with trial(postgres_dsn) as found:
        yield found


def row(concept: int, on: dt.date | None, number: str | None = None, **more: Any) -> dict[str, Any]:
    """A row of person 1 in episode 10, in mmHg."""
    value = None if number is None else Decimal(number)
    given = {"person_id": 1, "episode_id": 10, "concept_id": concept, "start_date": on, "value_number": value}
    return given | {"unit_id": MMHG} | more


def said(
    judge: Trial,
    rows: list[dict[str, Any]],
    low: dict[str, Any] = LOW,
    measure: dict[str, Any] | None = None,
    as_of: dt.date = LONG_AFTER,
    extra: dict[str, Any] | None = None,
    **indicator: Any,
) -> tuple[Any, ...]:
    """Reason, nearest date and nearest value of person 1, registered on 1 January 2024, in every evaluator."""
    definitions = HOUSE | {
        "subqueries": {
            "registered_rows": {"target": "record", "rules": [{"exact": 1}]},
            "low_rows": low,
            "low_diastolic_rows": LOW_DIASTOLIC,
        },
        "measures": {
            "registered": {"subquery": "registered_rows"},
            "low": {"subquery": "low_rows"},
            "low_diastolic": {"subquery": "low_diastolic_rows"},
            "done": measure or {"first": "low"},
            **(extra or {}),
        },
        "cohorts": {"all": {"definitions": {"everyone": "registered"}}},
        "indicators": {
            "asked": {"title": "t", "description": "d", "denominator": "full_cohort", "numerator": "done"} | indicator
        },
        "reports": {"shown": {"title": "t", "description": "d", "cohorts": ["all"], "indicators": ["asked"]}},
    }
    records = [r | {"event_id": n} for n, r in enumerate([row(1, D(2024, 1, 1)), *rows])]
    world: dict[str, Any] = {table: [] for table in TABLES} | {"record": records}
    world["person"] = [{"person_id": 1, "birth_date": D(1960, 1, 1)}]
    world["episode"] = [{"person_id": 1, "episode_id": e} for e in (10, 11)]
    world["run_context"] = [{"as_of": as_of}]
    outcome = judge.run(Case("clinic", definitions, world))
    assert not outcome.problems
    assert not outcome.differences, outcome.differences
    (found,) = map(named, outcome.answers["referee"]["report__shown__results"])
    assert found["status"] == "not_met"
    assert found["days_outside"] is None or found["reason_code"] == "too_late"
    return found["reason_code"], found["nearest_date"], found["nearest_value"]


NONE = ("no_candidate", None, None)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # the reading that misses the limit by least; then the earlier one
        (
            [row(3, D(2024, 1, 5), "150"), row(3, D(2024, 1, 9), "145"), row(3, D(2024, 1, 7), "145")],
            ("recorded_not_met", D(2024, 1, 7), Decimal(145)),
        ),
        # on the limit is not below it
        ([row(3, D(2024, 1, 31), "140")], ("recorded_not_met", D(2024, 1, 31), Decimal(140))),
        # outside the window nothing is said of a reading that would not count
        ([row(3, D(2024, 2, 1), "150"), row(3, D(2023, 12, 31), "150")], NONE),
        # a reading of unknown date is not inside a window
        ([row(3, None, "150")], NONE),
        # a number in other units is no distance from the limit, and comes after one that is
        ([row(3, D(2024, 1, 5), "18", unit_id=KPA)], ("recorded_not_met", D(2024, 1, 5), Decimal(18))),
        (
            [row(3, D(2024, 1, 5), "18", unit_id=KPA), row(3, D(2024, 1, 8), "190")],
            ("recorded_not_met", D(2024, 1, 8), Decimal(190)),
        ),
        # no number at all
        ([row(3, D(2024, 1, 5))], ("recorded_not_met", D(2024, 1, 5), None)),
        # another concept is not recorded of it
        ([row(5, D(2024, 1, 5), "150")], NONE),
        # in another episode
        ([row(3, D(2024, 1, 5), "150", episode_id=11)], NONE),
        # a reading that counts, too late, comes first
        ([row(3, D(2024, 1, 5), "150"), row(3, D(2024, 2, 2), "130")], ("too_late", D(2024, 2, 2), None)),
    ],
)
def test_readings_around_a_limit(judge: Trial, rows: list[dict[str, Any]], expected: tuple[Any, ...]) -> None:
    assert said(judge, rows, **MONTH) == expected


@pytest.mark.parametrize(
    ("op", "limit", "numbers", "nearest"),
    [
        (">", 160, ["50", "150", "60"], "150"),
        (">=", 160, ["50", "150", "60"], "150"),
        ("<=", 120, ["400", "130", "300"], "130"),
        ("between", [100, 120], ["50", "130", "400"], "130"),
        ("between", [140, 160], ["50", "130", "400"], "130"),
        ("=", 140, ["50", "141", "400"], "141"),
        # whatever is not unlike the one value is that value
        ("!=", 150, ["150"], "150"),
    ],
)
def test_the_nearest_to_each_kind_of_limit(judge: Trial, op: str, limit: Any, numbers: list[str], nearest: str) -> None:
    rows = [row(3, D(2024, 1, 5 + n), number) for n, number in enumerate(numbers)]
    low = {"target": "record", "rules": [{"scalar": {"op": op, "value": limit, "concept": 3}}]}
    day = D(2024, 1, 5 + numbers.index(nearest))
    assert said(judge, rows, low, **MONTH) == ("recorded_not_met", day, Decimal(nearest))


BY_STATUS = {"all": [{"exact": 3}, {"exact": CONFIRMED, "role": "status"}]}


@pytest.mark.parametrize(
    ("low", "expected"),
    [
        # a status, in the rule or in where
        ({"rules": [BY_STATUS]}, True),
        ({"rules": [{"exact": 3}], "where": {"exact": CONFIRMED, "role": "status"}}, True),
        # a text, a flag, a value that is there
        ({"rules": [{"exact": 3, "equals": "sitting"}]}, True),
        ({"rules": [{"exact": 3, "predicate": True}]}, True),
        ({"rules": [{"all": [{"exact": 3}, {"presence": "note"}]}]}, True),
        # one of several rules
        ({"rules": [{"exact": 9}, BY_STATUS]}, True),
        # the concept may be that of where
        ({"rules": [{"exact": CONFIRMED, "role": "status"}], "where": {"exact": 3}}, True),
        # a rule that names no concept says nothing of what is recorded
        ({"rules": [{"exact": CONFIRMED, "role": "status"}]}, False),
        (
            {"rules": [{"any": [{"exact": 3}, {"exact": CONFIRMED, "role": "status"}]}], "exclude": [{"exact": 3}]},
            False,
        ),
        # what is excluded is not there, and who is too old or too early is not asked
        ({"rules": [BY_STATUS], "exclude": [{"exact": REFUTED, "role": "status"}]}, False),
        ({"rules": [BY_STATUS], "where": {"age": {"max": 40}}}, False),
        ({"rules": [BY_STATUS], "where": {"on_or_after": D(2024, 1, 6)}}, False),
        ({"rules": [BY_STATUS], "where": {"age": {"max": 70}, "on_or_after": D(2024, 1, 5)}}, True),
    ],
)
def test_what_else_a_rule_asks(judge: Trial, low: dict[str, Any], expected: bool) -> None:
    rows = [row(3, D(2024, 1, 5), "150", status_id=REFUTED)]
    found = said(judge, rows, {"target": "record"} | low, **MONTH)
    assert found == (("recorded_not_met", D(2024, 1, 5), Decimal(150)) if expected else NONE)


SYSTOLIC, DIASTOLIC = row(3, D(2024, 1, 5), "150"), row(4, D(2024, 1, 6), "95")
GOOD = row(3, D(2024, 1, 5), "130")


@pytest.mark.parametrize(
    ("measure", "rows", "expected"),
    [
        # AND: the part that failed; a part that is met is not recorded and not met
        ({"and": ["low", "low_diastolic"]}, [GOOD, DIASTOLIC], ("recorded_not_met", D(2024, 1, 6), Decimal(95))),
        ({"and": ["low", "low_diastolic"]}, [GOOD], NONE),
        # OR: the nearest of all parts
        ({"or": ["low", "low_diastolic"]}, [SYSTOLIC, DIASTOLIC], ("recorded_not_met", D(2024, 1, 6), Decimal(95))),
        # the rest of EXCEPT, and what a window must not find, are not needed
        ({"except": ["low", "low_diastolic"]}, [DIASTOLIC], NONE),
        ({"except": ["low", "low_diastolic"]}, [SYSTOLIC], ("recorded_not_met", D(2024, 1, 5), Decimal(150))),
        ({"window": {"anchor": "low", "candidate": "low_diastolic", "pick": "none"}}, [DIASTOLIC], NONE),
        (
            {"window": {"anchor": "low", "candidate": "low_diastolic"}},
            [GOOD, DIASTOLIC],
            ("recorded_not_met", D(2024, 1, 6), Decimal(95)),
        ),
        # one that counts, where two must
        (
            {"count": {"of": "low", "at_least": 2}},
            [GOOD, row(3, D(2024, 1, 8), "150")],
            ("recorded_not_met", D(2024, 1, 8), Decimal(150)),
        ),
    ],
)
def test_what_a_numerator_is_made_of(
    judge: Trial, measure: dict[str, Any], rows: list[dict[str, Any]], expected: tuple[Any, ...]
) -> None:
    assert said(judge, rows, measure=measure, **MONTH) == expected


def test_a_numerator_of_the_person_is_recorded_in_any_episode(judge: Trial) -> None:
    rows = [row(3, D(2024, 1, 5), "150", episode_id=11)]
    found = said(judge, rows, LOW | {"resolve_by": "person"}, **MONTH)
    assert found == ("recorded_not_met", D(2024, 1, 5), Decimal(150))


def test_without_a_window_any_day_will_do(judge: Trial) -> None:
    assert said(judge, [row(3, D(2001, 1, 5), "150")]) == ("recorded_not_met", D(2001, 1, 5), Decimal(150))
    assert said(judge, [row(3, None, "150")]) == ("recorded_not_met", None, Decimal(150))


def test_what_lies_after_as_of_is_not_recorded(judge: Trial) -> None:
    rows = [row(3, D(2024, 3, 2), "150")]
    assert said(judge, rows, as_of=D(2024, 3, 1)) == NONE
    assert said(judge, rows, as_of=D(2024, 3, 2)) == ("recorded_not_met", D(2024, 3, 2), Decimal(150))


def test_only_the_windows_of_opportunities_count(judge: Trial) -> None:
    """Due on 5 and on 25 January, within five days: with the first opportunity alone, 27 January is too late for it."""
    due = {"target": "record", "rules": [{"exact": 1}], "where": {"on_or_after": D(2024, 1, 2)}}
    more = [row(1, D(2024, 1, 5)), row(1, D(2024, 1, 25)), row(3, D(2024, 1, 27), "150")]
    asked = {"denominator": "again", "reference_date": "denominator", "numerator_window": days(0, 5)}
    measures = {"again": {"subquery": due}}
    found = {}
    for opportunity in ("any", "first"):
        found[opportunity] = said(judge, more, opportunity=opportunity, **asked, extra=measures)
    assert found == {"any": ("recorded_not_met", D(2024, 1, 27), Decimal(150)), "first": NONE}
