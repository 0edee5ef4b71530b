"""Sentences of docs/semantics.md about strata and datasets that are easily read two ways; statuses: tests/spec/reports."""

from typing import Any

import pytest
from measuremart.plan.stratifiers import bands

from property.asked import D
from property.bench import Case
from property.comparison import Trial, trial
from property.house import HOUSE, TABLES


@pytest.fixture(scope="module")
def judge(postgres_dsn: str) -> Any:
    with trial(postgres_dsn) as found:
        yield found


# --- 7, bands of age


@pytest.mark.parametrize(
    ("ages", "labels"),
    [
        ((0, 1, 2), ["0", "1", "2+"]),
        ((1, 2), ["0", "1", "2+"]),
        ((18, 19, 40), ["0-17", "18", "19-39", "40+"]),
        ((0,), ["0+"]),
    ],
)
def test_bands_are_named_by_their_first_and_last_age(ages: tuple[int, ...], labels: list[str]) -> None:
    assert [label for _, label in bands(ages)] == labels


# --- 7, numbers of the dataset


def test_the_number_of_an_undated_or_timeless_leaf_is_of_all_its_rows(judge: Trial) -> None:
    """Of several rows the lowest event id, then the lowest number; the first known date only where one is known."""
    definitions = HOUSE | {
        "subqueries": {
            "key_rows": {"target": "record", "resolve_by": "person", "rules": [{"exact": 1}]},
            "score_rows": {"target": "record", "resolve_by": "person", "rules": [{"exact": 2}]},
            "origin_rows": {"target": "origin", "rules": [{"exact": 3}]},
        },
        "measures": {
            "key": {"subquery": "key_rows"},
            "score": {"subquery": "score_rows"},
            "origin_of": {"subquery": "origin_rows"},
        },
        "cohorts": {"all": {"definitions": {"everyone": "key"}}},
        "indicators": {"asked": {"title": "t", "description": "d", "denominator": "full_cohort", "numerator": "key"}},
        "reports": {
            "shown": {
                "title": "t",
                "description": "d",
                "cohorts": ["all"],
                "indicators": ["asked"],
                "dataset": ["score", "origin_of"],
            }
        },
    }
    scores = [
        # person, event, day, number
        (1, 9, None, 7),
        (1, 8, None, 5),  # no date is known: the lowest event
        (2, 9, None, 1),
        (2, 10, D(2024, 1, 9), 2),  # a known date comes before events without one
        (3, None, None, 1),
        (3, 12, None, None),  # the lowest event has no number; that of an event without an id is not borrowed
    ]
    origins = [
        # person, event, number
        (1, 4, 6),
        (1, 3, 8),  # the lowest event
        (2, 5, 9),
        (2, 5, 3),  # one event id twice: the lowest number
        (3, None, 2),
    ]
    world: dict[str, Any] = {table: [] for table in TABLES}
    world["record"] = [
        {"person_id": p, "event_id": p, "concept_id": 1, "start_date": D(2024, 1, 1)} for p in (1, 2, 3)
    ] + [
        {"person_id": p, "event_id": e, "concept_id": 2, "start_date": day, "value_number": n}
        for p, e, day, n in scores
    ]
    world["origin"] = [{"person_id": p, "event_id": e, "concept_id": 3, "value_number": n} for p, e, n in origins]
    world["person"] = [{"person_id": p} for p in (1, 2, 3)]
    world["run_context"] = [{"as_of": D(2026, 1, 1)}]
    outcome = judge.run(Case("clinic", definitions, world))
    assert not outcome.problems
    assert not outcome.differences
    for name in ("referee", "duckdb", "postgres"):
        rows = outcome.answers[name]["report__shown__dataset"]
        # Three ids, cohort date, sub-cohort's date; then qualified, date, number of key, score and origin_of.
        assert [(row[0], row[10], row[13]) for row in rows] == [(1, 5, 8), (2, 2, 3), (3, None, 2)], name
