"""The Lung Cancer MDT report of the demo, computed by hand.

Plain Python over seeds/demo/*.csv, written from docs/semantics.md and from what the lung pack says in words. It reads
no definition, runs no SQL and uses nothing of measuremart: where it and the marts agree, two independent readings of
the contract agree. hand_records.py loads and attaches; hand_targets.py, hand_measures.py and hand_indicators.py hold
what the packs define.
Run it to see the numbers: `python tests/engines/hand_report.py`.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from hand_algebra import ByEpisode, ByPerson, Key, earliest
from hand_indicators import DURATIONS, Indicator, indicators
from hand_measures import (
    cohort_dates,
    observed_at_diagnosis,
)
from hand_records import Date

# The demo is seen from this day (`demo_as_of` in dbt_project.yml).
AS_OF = dt.date(2026, 6, 30)

# ---------------------------------------------------------------------------------------------------------------------
# Results (semantics.md 6.2)


@dataclass(frozen=True)
class Result:
    indicator: str
    person_id: int
    episode_id: int
    counted: bool
    status: str
    cohort_date: Date
    denominator_date: Date = None
    numerator_date: Date = None
    days_between: int | None = None


def held(measure: ByEpisode | ByPerson, key: Key) -> list[Date] | None:
    """Dates of the measure at the key, itself or through its person; None if it is no member."""
    return measure.get(key, measure.get(key[0]))  # type: ignore[call-overload]


def in_order(dates: Iterable[Date]) -> list[Date]:
    """Earliest first, unknown last."""
    return sorted(dates, key=lambda d: d or dt.date.max)


def opportunities(x: Indicator, key: Key, cohort_date: Date) -> list[tuple[Date, bool | None]]:
    """Denominator dates inside the denominator window, and those of which nobody can tell (None)."""
    if x.denominator is None:
        return [(cohort_date, True)]
    dates = in_order(held(x.denominator, key) or [])
    if x.denominator_window is None:
        return [(d, True) for d in dates][: 1 if x.only_first else None]
    judged = [(d, x.denominator_window.holds(cohort_date, d)) for d in dates]
    chances = [(d, inside) for d, inside in judged if inside] or []
    unknown = [(d, inside) for d, inside in judged if inside is None]
    return (chances + unknown)[: 1 if x.only_first else None]


def meets(x: Indicator, key: Key, cohort_date: Date, opportunity: Date) -> tuple[bool | None, Date]:
    """Whether the numerator is met for this opportunity, None if nobody can tell; and its earliest date if so."""
    dates = in_order(held(x.numerator, key) or [])
    if x.dated_numerator:
        dates = [d for d in dates if d is not None]
    if x.numerator_window is None:
        return bool(dates), earliest(dates)
    reference = opportunity if x.from_denominator else cohort_date
    judged = [(x.numerator_window.holds(reference, d), d) for d in dates]
    passing = [d for inside, d in judged if inside]
    if passing:
        return True, passing[0]
    return (None if any(inside is None for inside, _ in judged) else False), None


def still_open(x: Indicator, cohort_date: Date, chances: list[tuple[Date, bool | None]], as_of: dt.date) -> bool:
    """Whether for some opportunity the last day on which the numerator is in time is this day, or a later one."""
    if x.numerator_window is None:
        return False
    last_days = [x.numerator_window.last_day(on if x.from_denominator else cohort_date) for on, _ in chances]
    return any(day is not None and day >= as_of for day in last_days)


def evaluate(x: Indicator, key: Key, cohort_date: Date, counted: bool, as_of: dt.date) -> Result:
    """The one status of a key as seen from a day, and its dates."""
    chances = opportunities(x, key, cohort_date)
    answers = [(d, inside, *meets(x, key, cohort_date, d)) for d, inside in chances]
    due = True if any(inside for _, inside in chances) else (None if chances else False)
    hits = [met for _, _, met, _ in answers]
    met = True if any(hits) else (None if None in hits else False)

    if due and held(x.exclusions, key) is not None:
        status = "excluded"
    elif held(x.unresolved, key) is not None:
        status = "unresolved"
    elif due and met:
        status = "met"
    elif due and held(x.exceptions, key) is not None:
        status = "exception"
    elif due is None or met is None or (due and still_open(x, cohort_date, chances, as_of)):
        status = "unresolved"
    elif due:
        status = "not_met"
    else:
        status = "ineligible"

    result = Result(x.name, *key, counted, status, cohort_date)
    sure = [(d, hit, on) for d, inside, hit, on in answers if inside]
    if not sure:
        return result
    denominator_date, _, numerator_date = next((a for a in sure if a[1]), sure[0])
    between = None if denominator_date is None or numerator_date is None else (numerator_date - denominator_date).days
    return replace(result, denominator_date=denominator_date, numerator_date=numerator_date, days_between=between)


def results(as_of: dt.date = AS_OF) -> list[Result]:
    """Every indicator at every key of the report; what is recorded is the same on every day, only windows close."""
    observed = observed_at_diagnosis()
    return [
        evaluate(x, key, cohort_date, key in observed, as_of)
        for x in indicators()
        for key, cohort_date in sorted(cohort_dates().items())
    ]


# ---------------------------------------------------------------------------------------------------------------------
# Aggregates


@dataclass(frozen=True)
class Aggregate:
    """Counted keys of one indicator, over all time."""

    indicator: str
    met: int
    not_met: int
    excluded: int
    exception: int
    unresolved: int
    ineligible: int
    not_counted: int
    median_days: float | None

    @property
    def eligible(self) -> int:
        return self.met + self.not_met

    @property
    def rate(self) -> float | None:
        return self.met / self.eligible if self.eligible else None


def aggregates(rows: list[Result] | None = None) -> list[Aggregate]:
    """One row per indicator, of these results or of all."""
    rows, found = rows or results(), []
    for name in dict.fromkeys(row.indicator for row in rows):
        mine = [row for row in rows if row.indicator == name]
        n = Counter(row.status for row in mine if row.counted)
        days = [r.days_between for r in mine if r.counted and r.status == "met" and r.days_between is not None]
        found.append(
            Aggregate(
                indicator=name,
                met=n["met"],
                not_met=n["not_met"],
                excluded=n["excluded"],
                exception=n["exception"],
                unresolved=n["unresolved"],
                ineligible=n["ineligible"],
                not_counted=sum(not row.counted for row in mine),
                median_days=statistics.median(days) if name in DURATIONS and days else None,
            )
        )
    return found


if __name__ == "__main__":
    for a in aggregates():
        rate = "-" if a.rate is None else f"{100 * a.rate:.1f} %"
        median = "" if a.median_days is None else f", median {a.median_days:g} days"
        print(
            f"{a.indicator:30} eligible {a.eligible:3} met {a.met:3} not met {a.not_met:3} rate {rate:>7}{median}  "
            f"excluded {a.excluded} exception {a.exception} unresolved {a.unresolved} "
            f"ineligible {a.ineligible} not counted {a.not_counted}"
        )
