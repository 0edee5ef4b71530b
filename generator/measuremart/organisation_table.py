"""One organisation's indicators beside those of its parents, as a table for the terminal."""

from __future__ import annotations

from decimal import Decimal
from textwrap import wrap
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from measuremart.plan.nodes import Report
from measuremart.render.sql import text
from measuremart.report_rows import NOT_ATTRIBUTED
from measuremart.warehouse.marts import Marts

_INDICATOR, _GAP = 30, 2


def organisation_rows(marts: Marts, report: Report, organisation: str, period: str) -> list[dict[str, Any]]:
    """Return the organisation's rates and its parents', one row an indicator and entity; none where it is unknown.

    Beside the widest level stand those who count for none of its entities (`not attributed`), if there are any.

    The organisation is an entity of the report's first level, `period` a period's name. Each row also has what
    `report_rows.report_rows` says of its indicator and its report. Raises `WarehouseError`.
    """
    level, code, when = (text(t) for t in (report.levels[0], organisation, period))
    name = report.about.name  # a checked name
    sql = f"""
    select a.indicator_order, i.title, a.level_order, a.level_name, a.entity, e.title as entity_title,
        a.met, a.eligible, a.rate, a.as_of,
        a.eligible + a.exception + a.unresolved + a.excluded + a.ineligible as keys, i.unavailable_reason as reason,
        r.unavailable_sub_cohorts as without, r.population, r.data_source, f.loaded_on, f.last_date
    from {{{{ ref('agg_indicator_by_level') }}}} as a
    inner join {{{{ ref('dim_indicator') }}}} as i on a.report = i.report and a.indicator = i.indicator
    inner join {{{{ ref('dim_report') }}}} as r on a.report = r.report
    inner join {{{{ ref('dim_level_entity') }}}} as e
        on r.population = e.population and a.level_name = e.level_name and a.entity = e.entity
    left join (
        select population, max(cdm_release_date) as loaded_on, max(last_date) as last_date
        from {{{{ ref('fct_source_freshness') }}}}
        where source_table <> 'observation_period'
        group by population
    ) as f on r.population = f.population
    left join (
        select distinct parent_level, parent_entity
        from {{{{ ref('agg_indicator_by_parent') }}}}
        where report = '{name}' and period = {when} and entity = {code} and level_name = {level}
    ) as p on a.level_name = p.parent_level and a.entity = p.parent_entity
    where a.report = '{name}' and a.period = {when} and a.stratifier = 'all'
        and (
            (a.entity = {code} and a.level_name = {level})
            or p.parent_entity is not null
            or (a.entity = {text(NOT_ATTRIBUTED)} and a.level_name = {text(report.levels[-1])})
        )
    order by a.indicator_order, a.level_order, case when a.entity = {text(NOT_ATTRIBUTED)} then 1 else 0 end, a.entity
    """  # noqa: S608 - every text of the caller passes through `text`
    rows = marts.rows(sql)
    attributed = [row for row in rows if row["entity"] != NOT_ATTRIBUTED]
    # An organisation that nobody knows has no page; where everyone is attributed, there is nobody to show.
    return rows if attributed and any(row["keys"] for row in rows if row not in attributed) else attributed


def organisation_table(title: str, rows: list[dict[str, Any]], width: int) -> RenderableType:
    """Return what to print: a line an indicator, a column an entity; one below the other where it is too narrow."""
    entities = list(dict.fromkeys((row["level_name"], row["entity"], row["entity_title"]) for row in rows))
    indicators = list(dict.fromkeys((row["indicator_order"], row["title"]) for row in rows))
    cells = {(row["indicator_order"], row["level_name"], row["entity"]): _rate(row) for row in rows}
    title = f"{title}: {entities[0][2]}, as of {str(rows[0]['as_of'])[:10]} (rate, of how many eligible)"
    heads = [f"{_words(level)}\n{said}" for level, _, said in entities]
    figures = [max(len(cells[n, level, entity]) for n, _ in indicators) for level, entity, _ in entities]
    widths = [max(least, *map(len, head.split("\n"))) for head, least in zip(heads, figures, strict=True)]
    if _INDICATOR + sum(w + _GAP for w in widths) > width:  # a head of several words on as many lines, before all else
        heads = [_folded(head, least) for head, least in zip(heads, figures, strict=True)]
        widths = [max(least, *map(len, head.split("\n"))) for head, least in zip(heads, figures, strict=True)]
    if _INDICATOR + sum(w + _GAP for w in widths) > width:
        return _stacked(title, entities, indicators, cells)
    table = Table(title=title, title_justify="left", box=None, padding=(0, _GAP, 0, 0), pad_edge=False)
    table.add_column("indicator", overflow="fold", min_width=_INDICATOR)
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    for number, name in indicators:
        table.add_row(str(name), *(cells[number, level, entity] for level, entity, _ in entities))
    return table


def _stacked(
    title: str, entities: list[tuple[str, str, str]], indicators: list[tuple[int, str]], cells: dict[Any, str]
) -> Group:
    parts: list[RenderableType] = [Text(title, style="italic", overflow="fold")]
    for number, name in indicators:
        parts.append(Text(f"\n{name}", overflow="fold"))
        for level, entity, said in entities:
            line = f"{_words(level)} {said}: {cells[number, level, entity]}"
            parts.append(Padding(Text(line, overflow="fold"), (0, 0, 0, 2)))
    return Group(*parts)


def _folded(head: str, width: int) -> str:
    """Return a head on more lines, none of which is longer than a width or the longest word."""
    lines = head.split("\n")
    least = max(width, *(len(word) for line in lines for word in line.split()))
    return "\n".join(part for line in lines for part in wrap(line, least))


def _words(level: str) -> str:
    return level.replace("_", " ")


def _rate(row: dict[str, Any]) -> str:
    if row["eligible"] is None:
        return "unavailable"
    rate = "-" if row["rate"] is None else f"{Decimal(str(row['rate'])) * 100:.1f}%"
    return f"{rate} of {row['eligible']}"
