"""The rows of a built report: which cut of it is asked for, and the questions to the marts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from measuremart.render.sql import text
from measuremart.warehouse.marts import Marts

ALL_TIME = "all time"
# The entity of every level that stands for those who count for none of the others (semantics.md 9.4).
NOT_ATTRIBUTED = "not attributed"
# Instead of one period's name: a row for each period of that kind.
PERIOD_KINDS = ("month", "quarter", "year", "financial_year", "named")
# The marts that every report is read from, with those that its notes are read from.
READ_MARTS = frozenset(
    {
        "agg_attribution", "agg_indicator", "dim_indicator", "dim_report", "dim_unavailable", "fct_dropped_event",
        "fct_empty_definition", "fct_source_freshness",
    }
)  # fmt: skip
_COUNTS = ("indicator_order", "eligible", "met", "not_met", "excluded", "exception", "unresolved", "ineligible")
_NUMBERS = ("rate", "lower_95", "upper_95", "median_days", "benchmark_value")
_DAYS = ("as_of", "loaded_on", "last_date")


@dataclass(frozen=True, slots=True)
class Cut:
    """How a report is cut: by the entities of a level, the strata of a stratifier, and a period or kind of periods."""

    level: str | None = None
    by: str | None = None
    period: str = ALL_TIME

    @property
    def by_period(self) -> bool:
        """Say whether there is a row for each period of a kind."""
        return self.period in PERIOD_KINDS


UNCUT = Cut()


def report_rows(
    marts: Marts, report: str, cut: Cut, entity: str | None = None, *, has_freshness: bool = True
) -> list[dict[str, Any]]:
    """Return the aggregates of a report in its order, a row for each indicator and part of the cut.

    `entity`, of the level of the cut, leaves out all others. Without `has_freshness`, which not every role may
    read, `loaded_on` and `last_date` are null.

    `report` is a checked name. Each row has counts as int, rates and days as Decimal, dates as text, null where
    there is none; `lower_95` and `upper_95` of the rate; `is_certain`, whether they lie on one side of the
    benchmark, null without one; what the indicator measures (`measured`: proportion or duration); why its indicator
    is unavailable (`reason`); the sub-cohorts that the report goes without (`without`); its population, and where
    the data is from (`data_source`: demo, schema, files, null where that is not known); when the source says it was
    loaded (`loaded_on`), and the last day of any event that is not after `as_of` (`last_date`). By level, a
    duration shows the share that had it at all, as the mart does. Raises `WarehouseError`.
    """
    leveled = cut.level is not None
    mart = "agg_indicator_by_level" if leveled else "agg_indicator"
    named = "shown.entity, entity.title as entity_title" if leveled else "null as entity, null as entity_title"
    statistic = (
        "'proportion' as statistic, null as median_days, 'percent' as benchmark_unit"
        if leveled
        else "shown.statistic, shown.median_days, shown.benchmark_unit"
    )
    entities = (
        "inner join {{ ref('dim_level_entity') }} as entity on about.population = entity.population "
        "and shown.level_name = entity.level_name and shown.entity = entity.entity"
        if leveled
        else ""
    )
    last = f"case when shown.entity = {text(NOT_ATTRIBUTED)} then 1 else 0 end" if leveled else "entity_title"
    conditions = [f"shown.report = '{report}'", f"shown.stratifier = {text(cut.by or 'all')}"]
    conditions.append(_when(cut))
    if cut.level is not None:
        conditions.append(f"shown.level_name = {text(cut.level)}")
    if entity is not None:
        conditions.append(f"shown.entity = {text(entity)}")
    fresh = "fresh.loaded_on, fresh.last_date" if has_freshness else "null as loaded_on, null as last_date"
    source = """left join (
        select population, max(cdm_release_date) as loaded_on, max(last_date) as last_date
        from {{ ref('fct_source_freshness') }}
        where source_table <> 'observation_period'
        group by population
    ) as fresh on about.population = fresh.population"""
    sql = f"""
    select
        shown.indicator_order, shown.indicator, indicator.title, {named}, shown.period, shown.stratum, {statistic},
        shown.eligible, shown.met, shown.not_met, shown.excluded, shown.exception, shown.unresolved, shown.ineligible,
        shown.rate, shown.lower_95, shown.upper_95, shown.benchmark_value, shown.better, shown.verdict,
        shown.is_certain, shown.as_of, indicator.statistic as measured,
        indicator.unavailable_reason as reason, about.unavailable_sub_cohorts as without,
        about.population, about.data_source,
        {fresh}
    from {{{{ ref('{mart}') }}}} as shown
    inner join {{{{ ref('dim_indicator') }}}} as indicator
        on shown.report = indicator.report and shown.indicator = indicator.indicator
    inner join {{{{ ref('dim_report') }}}} as about on shown.report = about.report
    {entities}
    {source if has_freshness else ""}
    where {" and ".join(conditions)}
    order by shown.indicator_order, {last}, entity_title, shown.period, shown.stratum
    """  # noqa: S608 - every text of the caller passes through `text`
    return [typed(row) for row in marts.rows(sql)]


def _when(cut: Cut) -> str:
    """Return the condition on periods. Beside months and years stand the keys that fall into none of them, if any."""
    if not cut.by_period:
        return f"shown.period = {text(cut.period)}"
    of_kind = f"shown.period_kind = {text(cut.period)}"
    if cut.period == "named":  # named periods need not cover the calendar
        return of_kind
    keys = " + ".join(f"shown.{name}" for name in ("eligible", "excluded", "exception", "unresolved"))
    return f"({of_kind} or (shown.period_kind in ('undated', 'outside_calendar') and {keys} > 0))"


def periods_of(marts: Marts, report: str) -> list[str]:
    """Return the names of the periods that a report has results in; [] where it was not built.

    Raises `WarehouseError`.
    """
    sql = f"select distinct period from {{{{ ref('agg_indicator') }}}} where report = '{report}' order by period"  # noqa: S608 - as above
    return [str(row["period"]) for row in marts.rows(sql)]


def typed(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with the same types from every engine: dbt answers in JSON, a file in its own types."""
    typed = row | {name: None if row[name] is None else int(row[name]) for name in _COUNTS}
    typed |= {name: None if row[name] is None else Decimal(str(row[name])) for name in _NUMBERS}
    typed |= {name: None if row[name] is None else str(row[name])[:10] for name in _DAYS}
    # The mart's interval is of the share that has it at all; the statistic of a duration is a median.
    return typed if typed["statistic"] == "proportion" else typed | {"lower_95": None, "upper_95": None}
