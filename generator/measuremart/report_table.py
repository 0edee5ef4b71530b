"""A built report as a table for the terminal."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

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
        f"where shown.report = '{report}' and shown.period_kind = 'all_time' "
        "and shown.stratifier = 'all' order by shown.position"
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
    """Return a line for each indicator that is unavailable, for below the table; an indicator may have several rows."""
    said = (f"unavailable: {row['title']}: {row['reason']}" for row in rows if row["reason"] is not None)
    return list(dict.fromkeys(said))


def emptied_rows(project: Path, pack: str, options: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the definitions of a pack that are empty although there is something to be in them, a row a reason.

    Columns: kind, definition, reason, n_rows, remedy. Raises `WarehouseError`.
    """
    sql = (
        "select kind, definition, reason, n_rows, remedy "  # noqa: S608 - a pack's name is a checked name
        "from {{ ref('fct_empty_definition') }} "
        f"where pack = '{pack}' order by kind, definition, reason"
    )
    return query(project, sql, options)


def emptied_said(rows: list[dict[str, Any]]) -> list[str]:
    """Return a line for each definition that is empty although there is something to be in it, for below the table."""
    said = []
    for row in rows:
        if row["reason"] == "parts_do_not_meet":
            what = "no members, although each of its parts has some"
        else:
            what = f"all {row['n_rows']} matching rows are dropped ({row['reason']})"
        said.append(f"EMPTY: {str(row['kind']).replace('_', '-')} {row['definition']}: {what}. {row['remedy']}")
    return said


def freshness_said(rows: list[dict[str, Any]]) -> list[str]:
    """Return a line that says how fresh the data is, for below the table; none where nothing is known of it."""
    loaded, last = (str(rows[0][name] or "")[:10] for name in ("loaded_on", "last_date"))
    if not loaded and not last:
        return []
    return [f"Data: loaded {loaded or 'on a day that the source does not say'}, last event {last or 'unknown'}"]


WIDE = 110
_INDICATOR, _GAP = 30, 2
_IN_THE_RATE = ("eligible", "met", "rate", "benchmark", "verdict")
_OUTSIDE_THE_RATE = ("excluded", "exception", "unresolved")


def report_table(title: str, rows: list[dict[str, Any]], width: int) -> RenderableType:
    """Return what to print: indicator, eligible, met, rate, benchmark, verdict.

    A terminal of at least `WIDE` characters also shows what did not enter the rate. One that is too narrow for columns
    shows the indicators one below the other. An unavailable indicator has no numbers: never a zero.
    """
    title = f"{title}, as of {str(rows[0]['as_of'])[:10]}"
    for names in (_IN_THE_RATE + _OUTSIDE_THE_RATE, _IN_THE_RATE) if width >= WIDE else (_IN_THE_RATE,):
        columns = [_column(name, rows) for name in names]
        if _INDICATOR + sum(_GAP + max(map(len, column)) for column in columns) <= width:
            return _columns(title, rows, columns)
    return _stacked(title, rows)


def _column(name: str, rows: list[dict[str, Any]]) -> list[str]:
    """Return the texts of a column, its name first."""
    said = {"rate": _statistic, "benchmark": _benchmark}.get(name, lambda row: _count(row[name]))
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
        numbers = [
            f"{row['met']} of {row['eligible']} met, {_statistic(row)}",
            f"benchmark {_benchmark(row)}: {row['verdict']}",
        ]
        lines = [str(row["verdict"])] if row["met"] is None else numbers
        parts.append(Text(f"\n{row['title']}", overflow="fold"))
        parts += [Padding(Text(line, overflow="fold"), (0, 0, 0, 2)) for line in lines]
    return Group(*parts)


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
