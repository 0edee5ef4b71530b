"""A built report as a table for the terminal."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.table import Table

from measuremart.warehouse.dbt import query

_SHOWN = (
    "position, indicator, title, statistic, eligible, met, not_met, excluded, exception, unresolved, ineligible, "
    "rate, median_days, benchmark_value, benchmark_unit, better, verdict, as_of"
)
_COLUMNS = ", ".join(f"shown.{name}" for name in _SHOWN.split(", "))


def report_rows(project: Path, report: str, options: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the all-time aggregates of a report, one row an indicator, in its order. Raises `WarehouseError`.

    Each row has why its indicator is unavailable (`reason`), and the sub-cohorts that the report goes without
    (`without`); null where there is nothing to say. It also has how fresh the data of the report's population is: when
    the source says it was loaded (`loaded_on`), and the last day of any event that is not after `as_of` (`last_date`).
    """
    sql = (
        f"select {_COLUMNS}, indicator.unavailable_reason as reason, "  # noqa: S608 - a report's name is a checked name
        "report.unavailable_sub_cohorts as without, fresh.loaded_on, fresh.last_date "
        "from {{ ref('agg_indicator') }} as shown "
        "inner join {{ ref('dim_indicator') }} as indicator "
        "on shown.report = indicator.report and shown.indicator = indicator.indicator "
        "inner join {{ ref('dim_report') }} as report on shown.report = report.report "
        "left join (select population, max(cdm_release_date) as loaded_on, max(last_date) as last_date "
        "from {{ ref('fct_source_freshness') }} where source_table <> 'observation_period' group by population) "
        "as fresh on report.population = fresh.population "
        f"where shown.report = '{report}' and shown.period_kind = 'all_time' order by shown.position"
    )
    return query(project, sql, options)


def left_out_rows(project: Path, report: str, options: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the sub-cohorts that a report goes without, a row for each reason. Raises `WarehouseError`."""
    sql = (
        "select name, construct, definition, reason from {{ ref('dim_unavailable') }} "  # noqa: S608 - as above
        f"where report = '{report}' and part = 'sub_cohort' order by name, definition"
    )
    return query(project, sql, options)


def left_out_said(rows: list[dict[str, Any]]) -> list[str]:
    """Return a line for each sub-cohort that is not in the report, for above the table."""
    return [
        f"NOT IN THIS REPORT: sub-cohort {row['name']}: {row['construct']} {row['definition']} is incomplete: "
        f"{row['reason']}"
        for row in rows
    ]


def reasons_said(rows: list[dict[str, Any]]) -> list[str]:
    """Return a line for each indicator that is unavailable, for below the table."""
    return [f"unavailable: {row['title']}: {row['reason']}" for row in rows if row["reason"] is not None]


def freshness_said(rows: list[dict[str, Any]]) -> list[str]:
    """Return a line that says how fresh the data is, for below the table; none where nothing is known of it."""
    loaded, last = (str(rows[0][name] or "")[:10] for name in ("loaded_on", "last_date"))
    if not loaded and not last:
        return []
    return [f"Data: loaded {loaded or 'on a day that the source does not say'}, last event {last or 'unknown'}"]


WIDE = 110
_OUTSIDE_THE_RATE = ("excluded", "exception", "unresolved")


def report_table(title: str, rows: list[dict[str, Any]], width: int) -> Table:
    """Return the table: indicator, eligible, met, rate, benchmark, verdict.

    A terminal of at least `WIDE` characters also shows what did not enter the rate. An unavailable indicator has no
    numbers: never a zero.
    """
    outside = _OUTSIDE_THE_RATE if width >= WIDE else ()
    as_of = str(rows[0]["as_of"])[:10]
    table = Table(title=f"{title}, as of {as_of}", title_justify="left", box=None, pad_edge=False)
    table.add_column("indicator", overflow="fold", min_width=30)
    for name in ("eligible", "met", "rate", "benchmark"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for name in outside:
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            str(row["title"]),
            _count(row["eligible"]),
            _count(row["met"]),
            _statistic(row),
            _benchmark(row),
            str(row["verdict"]),
            *(_count(row[name]) for name in outside),
        )
    return table


def _count(value: object) -> str:
    return "-" if value is None else str(value)


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
