"""A dataset of many measures, each cell of which follows from its measure's and its person's number, on both engines.

`make test` builds one of 100 measures, `make fuzz` one of 300: engines need long to plan so many joins.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

from property.bench import Case
from property.comparison import Trial, trial
from property.house import HOUSE, TABLES

PERSONS = range(1, 8)
FIRST_DAY = dt.date(2024, 1, 1)


def day(measure: int, person: int) -> dt.date:
    return FIRST_DAY + dt.timedelta(days=measure + person)


def has(measure: int, person: int) -> bool:
    """Person 1 has every measure, person 2 every second, and so on."""
    return measure % person == 0


def definitions(measures: range) -> dict[str, Any]:
    names = {n: f"m{n:03}" for n in measures}
    rows = {f"{name}_rows": {"target": "record", "rules": [{"exact": n}]} for n, name in names.items()}
    rows["registered_rows"] = {"target": "record", "rules": [{"exact": 999}]}
    report = {"title": "t", "description": "d", "cohorts": ["all"], "indicators": ["asked"]}
    return HOUSE | {
        "subqueries": rows,
        "measures": {name.removesuffix("_rows"): {"subquery": name} for name in rows},
        "cohorts": {"all": {"definitions": {"everyone": "registered"}}},
        "indicators": {
            "asked": {"title": "t", "description": "d", "denominator": "full_cohort", "numerator": "registered"}
        },
        "reports": {"broad": report | {"dataset": list(names.values())}},
    }


def world(measures: range) -> dict[str, Any]:
    # Each measure is recorded twice: on its day, and a year later with another number that must not be shown.
    recorded = [(p, n, day(n, p), n * 10 + p) for p in PERSONS for n in measures if has(n, p)]
    recorded += [(p, n, on + dt.timedelta(days=365), -1) for p, n, on, _ in recorded]
    recorded += [(p, 999, FIRST_DAY, 0) for p in PERSONS]
    columns = ("person_id", "concept_id", "start_date", "value_number", "episode_id", "event_id")
    tables: dict[str, Any] = {table: [] for table in TABLES}
    tables["record"] = [
        dict(zip(columns, (*row, 10 * row[0], number), strict=True)) for number, row in enumerate(recorded)
    ]
    tables["person"] = [{"person_id": p} for p in PERSONS]
    tables["episode"] = [{"person_id": p, "episode_id": 10 * p} for p in PERSONS]
    tables["run_context"] = [{"as_of": dt.date(2026, 1, 1)}]
    return tables


def expected(person: int, measures: range) -> tuple[Any, ...]:
    row: list[Any] = [person, 10 * person, 10 * person, FIRST_DAY, FIRST_DAY, True, FIRST_DAY, Decimal(0)]
    for n in measures:
        row += [True, day(n, person), Decimal(n * 10 + person)] if has(n, person) else [False, None, None]
    return tuple(row)


def wide_dataset(judge: Trial, n_measures: int) -> None:
    """Fail where an evaluator has another cell in a dataset of so many measures."""
    measures = range(1, n_measures + 1)
    outcome = judge.run(Case("clinic", definitions(measures), world(measures)))
    assert not outcome.problems
    assert [(d.relation, {n: str(r)[:300] for n, r in d.said.items()}) for d in outcome.differences] == []
    for engine in ("duckdb", "postgres", "referee"):
        found = outcome.answers[engine]["report__broad__dataset"]
        assert found == [expected(person, measures) for person in PERSONS], engine


def test_a_dataset_of_100_measures(postgres_dsn: str) -> None:
    with trial(postgres_dsn) as judge:
        wide_dataset(judge, 100)
