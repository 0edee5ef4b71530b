"""When a numerator counts: the windows of the 0.13 layout and the temporal columns of the older one."""

from __future__ import annotations

from dataclasses import dataclass, field

from measuremart.importers.oa_cohorts import differences
from measuremart.importers.oa_cohorts.configuration import FULL_COHORT
from measuremart.importers.oa_cohorts.layouts import UNITS
from measuremart.importers.oa_cohorts.reading import Row
from measuremart.importers.oa_cohorts.translation import Entry, UnmappableError

START, NUMERATOR, DENOMINATOR = "dt_current_start", "dt_numerator", "dt_denominator"
_SPANS = {"days": 36_500, "weeks": 5_000, "months": 1_200, "years": 100}


@dataclass
class Timing:
    """The keys of an indicator that say when; `from_start` dates its denominator by the start of the episode.

    `remarks` are what of the source was read and not taken.
    """

    keys: Entry = field(default_factory=dict)
    from_start: bool = False
    remarks: list[str] = field(default_factory=list)


def benchmark_unit(text: str) -> str:
    """Return the unit of a benchmark as the language has it, empty where that has no such unit."""
    return UNITS.get(text.lower(), "")


def timing(row: Row) -> Timing:
    """Return when the numerator of an indicator counts. Raises `UnmappableError`."""
    duration = benchmark_unit(row.text("benchmark_unit")) == "days"
    found = _older(row, duration) if _has_older(row) else _newer(row)
    if duration:
        by_cohort = found.keys.get("reference_date", "cohort") == "cohort"
        if by_cohort and row.number("denominator") != FULL_COHORT and not found.from_start:
            raise UnmappableError(
                "it counts days from the cohort's date; here days count from the date of the denominator, which is "
                f"measure {row.number('denominator')}"
            )
    return found


def _has_older(row: Row) -> bool:
    return any(row.values[f] is not None for f in ("early", "late", "min", "min_unit", "max", "max_unit"))


def _older(row: Row, duration: bool) -> Timing:
    """Map the days from `early` to `late`: never below 0, since the earlier one comes first."""
    early, late = row.text("early"), row.text("late")
    remarks = [text for side in ("min", "max") if (text := _unbounded(row, side))]
    sides = {side: _bound(row, side) for side in ("min", "max")}
    if remarks and not duration and not any(sides.values()):
        return Timing(remarks=remarks)
    if not early and not late:
        if any(sides.values()):
            raise UnmappableError("it has a number of days, and does not say between which dates")
        return Timing()
    least, most = sides["min"], sides["max"]
    if least is not None and any(least.values()):
        raise UnmappableError("it wants at least so much time between two dates, which no indicator here can say")
    no_time = {"days": 0}
    if (early, late) in ((START, NUMERATOR), (DENOMINATOR, NUMERATOR)):
        window: Entry = {"before": no_time, **({"after": most} if most is not None else {})}
    elif (early, late) in ((NUMERATOR, DENOMINATOR), (NUMERATOR, START)):
        if duration:
            raise UnmappableError("it counts days from the numerator to a later date; here days count to the numerator")
        window = {**({"before": most} if most is not None else {}), "after": no_time}
    else:
        raise UnmappableError(f"it is timed from {early or 'nothing'} to {late or 'nothing'}, which is not known here")
    keys: Entry = {"numerator_window": window}
    if DENOMINATOR in (early, late):
        keys["reference_date"] = "denominator"
    from_start = duration and START in (early, late) and row.number("denominator") != FULL_COHORT
    return Timing(keys, from_start, remarks)


_COLUMNS = {"min": "temporal_min", "max": "temporal_max"}


def _unbounded(row: Row, side: str) -> str:
    """Return what to say of a unit of time without a number, which bounds nothing."""
    unit, column = row.text(f"{side}_unit"), _COLUMNS[side]
    if row.maybe(side) is not None or not unit:
        return ""
    return f"{column}_units says {unit}, and {column} has no number: no bound is written"


def _bound(row: Row, side: str) -> Entry | None:
    number, unit = row.maybe(side), row.text(f"{side}_unit")
    if number is None and not unit:
        return None
    column = _COLUMNS[side]
    if number is None:
        return None
    if not unit:
        raise UnmappableError(f"{column} says {number}, and {column}_units has no unit")
    if number < 0 or number > _SPANS[unit]:
        raise UnmappableError(f"{column} of {number} {unit} is out of range")
    return {unit: number}


def _newer(row: Row) -> Timing:
    keys: Entry = {}
    remarks: list[str] = []
    for side in ("denominator", "numerator"):
        window: Entry = {}
        for word, key in (("prior", "before"), ("post", "after")):
            days = row.maybe(f"{side}_{word}")
            if days is None:
                continue
            if days < 0 or days > _SPANS["days"]:
                raise UnmappableError(f"{side}_max_days_{word} is {days}; a window here reaches 0 days or more")
            window[key] = {"days": days}
        if window and side == "denominator" and row.number("denominator") == FULL_COHORT:
            remarks.append(differences.FULL_COHORT_WINDOW)
        elif window:
            keys[f"{side}_window"] = window
    if row.text("reference_date") == "denominator":
        keys["reference_date"] = "denominator"
    return Timing(keys, remarks=remarks)
