"""One indicator over a few rows, asked of every evaluator: what reports worked out by hand are tried with."""

from __future__ import annotations

import datetime as dt
from typing import Any

from property.bench import RESULT, Case
from property.comparison import Trial
from property.house import HOUSE, TABLES

D = dt.date
LONG_AFTER = D(2026, 1, 1)
MEASURES = {
    name: {"subquery": f"{name}_rows"} for name in ("registered", "due", "done", "taken_out", "excepted", "unknowable")
}
CONCEPTS = {"registered": 1, "due": 2, "done": 3, "taken_out": 4, "excepted": 5, "unknowable": 6}

# person, episode (None: belongs to none), what, when
Recorded = list[tuple[int, int | None, str, dt.date | None]]


def statuses(judge: Trial, rows: Recorded, **indicator: Any) -> dict[Any, Any]:
    """Status, denominator date and numerator date by (person, episode); every evaluator must say the same."""
    return {(row[1], row[2]): (row[5], row[7], row[8]) for row in results(judge, rows, **indicator)}


def results(
    judge: Trial,
    rows: Recorded,
    resolved: dict[str, str] | None = None,
    counted: tuple[str, ...] = (),
    as_of: dt.date = LONG_AFTER,
    restated: dict[str, Any] | None = None,
    **indicator: Any,
) -> list[tuple[Any, ...]]:
    """Rows of the results; every evaluator must say the same.

    `resolved`: what a subquery resolves by, if not episode; `counted`: measures that a key needs to count; `as_of`: the
    day it is seen from; `restated`: what the report says of the indicator.
    """
    subqueries = {
        f"{n}_rows": {"target": "record", "rules": [{"exact": c}], "resolve_by": (resolved or {}).get(n, "episode")}
        for n, c in CONCEPTS.items()
    }
    body = {"title": "t", "description": "d", "denominator": "due", "numerator": "done"} | indicator
    definitions = HOUSE | {
        "subqueries": subqueries,
        "measures": MEASURES,
        "cohorts": {"all": {"definitions": {"everyone": "registered"}}},
        "indicators": {"asked": body},
        "reports": {
            "shown": {
                "title": "t",
                "description": "d",
                "cohorts": ["all"],
                "indicators": [{"asked": restated} if restated else "asked"],
                **({"counted": list(counted)} if counted else {}),
                "periods": [
                    {"name": "march", "start": D(2024, 3, 1), "end": D(2024, 3, 31)},
                    {"name": "may", "start": D(2024, 5, 1), "end": D(2024, 5, 31)},
                ],
            }
        },
    }
    records = [
        {"person_id": p, "episode_id": e, "event_id": n, "concept_id": CONCEPTS[what], "start_date": on}
        for n, (p, e, what, on) in enumerate(rows)
    ]
    world: dict[str, Any] = {table: [] for table in TABLES} | {"record": records}
    world["person"] = [{"person_id": p} for p in sorted({r[0] for r in rows})]
    world["episode"] = [{"person_id": p, "episode_id": e} for p, e in sorted({r[:2] for r in rows if r[1]})]
    world["run_context"] = [{"as_of": as_of}]
    outcome = judge.run(Case("clinic", definitions, world))
    assert not outcome.problems
    assert not outcome.differences, outcome.differences
    found = outcome.answers["referee"]["report__shown__results"]
    return [row for row in found if not isinstance(row, str)]


def named(row: tuple[Any, ...]) -> dict[str, Any]:
    """Return a row of the results by column."""
    return dict(zip(RESULT, row, strict=True))


def days(before: int, after: int) -> dict[str, dict[str, int]]:
    return {"before": {"days": before}, "after": {"days": after}}
