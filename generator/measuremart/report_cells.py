"""The cells of a printed report: its columns, and each value as people read it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from measuremart.report_rows import Cut

IN_THE_RATE = ("eligible", "met", "rate", "95% interval", "benchmark", "verdict")
OUTSIDE_THE_RATE = ("excluded", "exception", "unresolved")
_LEGEND = (
    "eligible: met or not met. Not in the rate: excluded (taken out), exception (not met, for an accepted reason), "
    "unresolved (not known, or not yet)"
)
# Behind a verdict that the 95% interval leaves open.
OPEN = "?"
_OPEN = "?: the 95% interval holds the benchmark: chance alone may have put the rate on this side of it"
_NOT_CERTAIN = (
    "not certain: the verdict of a stratum that the 95% interval leaves open, or that has no interval: too few to tell"
)
_SHARE = "days: at a level, an indicator of days shows the share that had the care at all, not how many days it took"
_OF_DAYS = "d: the median of the days that those who met it took; it has no interval"


def words(name: str) -> str:
    """Return a name of the language as words."""
    return name.replace("_", " ")


def legend(rows: list[dict[str, Any]]) -> list[str]:
    """Return the lines that say what the words of a table mean."""
    lines = [_LEGEND]
    if any(row["statistic"] == "duration" for row in rows):
        lines.append(_OF_DAYS)
    if any(row["statistic"] == "proportion" and row.get("measured") == "duration" for row in rows):
        lines.append(_SHARE)
    if any(_is_open(row) for row in rows):
        lines.append(_OPEN)
    if any(row["verdict"] == "not certain" for row in rows):
        lines.append(_NOT_CERTAIN)
    return lines


def parts_of(row: dict[str, Any], cut: Cut) -> list[str]:
    """Return which part of the cut a row is of: entity, period, stratum; [] where the report is not cut."""
    parts = [str(row["entity_title"])] if cut.level else []
    parts += [str(row["period"])] if cut.by_period else []
    return [*parts, str(row["stratum"])] if cut.by else parts


def part_names(cut: Cut) -> list[str]:
    """Return what the parts of a cut are called."""
    names = [cut.level, cut.period if cut.by_period else None, cut.by]
    return [words(name) for name in names if name is not None]


def heading(title: str, rows: list[dict[str, Any]], cut: Cut) -> str:
    """Return the title of a report with its period, where that is one, and the day that it is seen from."""
    period = "" if cut.by_period or cut.period == "all time" else f", {cut.period}"
    return f"{title}{period}, as of {rows[0]['as_of']}"


def cell(row: dict[str, Any], column: str) -> str:
    """Return the text of a cell; an unavailable indicator has no numbers, never a zero."""
    match column:
        case "rate":
            return _statistic(row)
        case "95% interval":
            lower, upper = row["lower_95"], row["upper_95"]
            return "-" if lower is None else f"{_percent(lower)}–{_percent(upper)}%"
        case "benchmark":
            return _benchmark(row)
        case "verdict":
            return f"{row['verdict']}{OPEN if _is_open(row) else ''}"
        case "outside":
            counts = [row[name] for name in OUTSIDE_THE_RATE]
            return "-" if None in counts else str(sum(counts))
    return "-" if row[column] is None else str(row[column])


def _is_open(row: dict[str, Any]) -> bool:
    """Say whether a verdict is of the rate alone, and its interval leaves it open."""
    return row["verdict"] in ("reached", "not reached") and row["is_certain"] is False


def _percent(share: Decimal) -> str:
    return f"{share * 100:.1f}"


def _statistic(row: dict[str, Any]) -> str:
    if row["statistic"] == "duration":
        return "-" if row["median_days"] is None else f"{row['median_days']:.1f} d"
    return "-" if row["rate"] is None else f"{_percent(row['rate'])}%"


def _benchmark(row: dict[str, Any]) -> str:
    if row["benchmark_value"] is None:
        return "-"
    sign = "<=" if row["better"] == "lower" else ">="
    return f"{sign} {row['benchmark_value'].normalize():f}{' d' if row['benchmark_unit'] == 'days' else '%'}"
