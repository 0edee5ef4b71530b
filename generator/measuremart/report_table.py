"""A built report as a table for the terminal."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

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
_INDICATOR, _GAP = 30, 2
_IN_THE_RATE = ("eligible", "met", "rate", "benchmark", "verdict")
_OUTSIDE_THE_RATE = ("excluded", "exception", "unresolved")


def report_table(report: Report, rows: list[dict[str, Any]], width: int) -> RenderableType:
    """Return what to print: indicator, eligible, met, rate, benchmark, verdict.

    A terminal of at least `WIDE` characters also shows what did not enter the rate. One that is too narrow for columns
    shows the indicators one below the other.
    """
    title = f"{report.title}, as of {str(rows[0]['as_of'])[:10]}"
    for names in (_IN_THE_RATE + _OUTSIDE_THE_RATE, _IN_THE_RATE) if width >= WIDE else (_IN_THE_RATE,):
        columns = [_column(name, rows) for name in names]
        if _INDICATOR + sum(_GAP + max(map(len, column)) for column in columns) <= width:
            return _columns(title, rows, columns)
    return _stacked(title, rows)


def _column(name: str, rows: list[dict[str, Any]]) -> list[str]:
    """Return the texts of a column, its name first."""
    said = {"rate": _statistic, "benchmark": _benchmark}.get(name, lambda row: str(row[name]))
    return [name, *map(said, rows)]


def _columns(title: str, rows: list[dict[str, Any]], columns: list[list[str]]) -> Table:
    table = Table(title=title, title_justify="left", box=None, padding=(0, _GAP, 0, 0), pad_edge=False)
    table.add_column("indicator", overflow="fold", min_width=_INDICATOR)
    for name, *_ in columns:
        table.add_column(name, justify="left" if name == "verdict" else "right", no_wrap=True)
    for number, row in enumerate(rows, start=1):
        table.add_row(str(row["title"]), *(column[number] for column in columns))
    return table


def _stacked(title: str, rows: list[dict[str, Any]]) -> Group:
    parts: list[RenderableType] = [Text(title, style="italic", overflow="fold")]
    for row in rows:
        parts += [
            Text(f"\n{row['title']}", overflow="fold"),
            Padding(Text(f"{row['met']} of {row['eligible']} met, {_statistic(row)}", overflow="fold"), (0, 0, 0, 2)),
            Padding(Text(f"benchmark {_benchmark(row)}: {row['verdict']}", overflow="fold"), (0, 0, 0, 2)),
        ]
    return Group(*parts)


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
