"""A built report as a table for the terminal."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.table import Table

from measuremart.plan.nodes import Report
from measuremart.warehouse.dbt import query

_COLUMNS = (
    "position, indicator, title, statistic, eligible, met, not_met, excluded, exception, unresolved, ineligible, "
    "rate, median_days, benchmark_value, benchmark_unit, better, verdict, as_of"
)


def report_rows(project: Path, report: str, options: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the all-time aggregates of a report, one row an indicator, in its order. Raises `WarehouseError`."""
    sql = (
        f"select {_COLUMNS} from {{{{ ref('agg_indicator') }}}} "  # noqa: S608 - a report's name is a checked name
        f"where report = '{report}' and period_kind = 'all_time' order by position"
    )
    return query(project, sql, options)


WIDE = 110
_OUTSIDE_THE_RATE = ("excluded", "exception", "unresolved")


def report_table(report: Report, rows: list[dict[str, Any]], width: int) -> Table:
    """Return the table: indicator, eligible, met, rate, benchmark, verdict.

    A terminal of at least `WIDE` characters also shows what did not enter the rate.
    """
    outside = _OUTSIDE_THE_RATE if width >= WIDE else ()
    as_of = str(rows[0]["as_of"])[:10]
    table = Table(title=f"{report.title}, as of {as_of}", title_justify="left", box=None, pad_edge=False)
    table.add_column("indicator", overflow="fold", min_width=30)
    for name in ("eligible", "met", "rate", "benchmark"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for name in outside:
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            str(row["title"]),
            str(row["eligible"]),
            str(row["met"]),
            _statistic(row),
            _benchmark(row),
            str(row["verdict"]),
            *(str(row[name]) for name in outside),
        )
    return table


def _statistic(row: dict[str, Any]) -> str:
    if row["statistic"] == "duration":
        return "-" if row["median_days"] is None else f"{Decimal(str(row['median_days'])):.1f} d"
    return "-" if row["rate"] is None else f"{Decimal(str(row['rate'])) * 100:.1f}%"


def _benchmark(row: dict[str, Any]) -> str:
    if row["benchmark_value"] is None:
        return "-"
    sign = "<=" if row["better"] == "lower" else ">="
    value = Decimal(str(row["benchmark_value"])).normalize()
    return f"{sign} {value:f}{' d' if row['benchmark_unit'] == 'days' else '%'}"
