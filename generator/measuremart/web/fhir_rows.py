"""The rows behind reports in FHIR: which are asked for, and the one query of the marts."""

from __future__ import annotations

from itertools import groupby
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from measuremart.render.sql import text
from measuremart.report_rows import ALL_TIME, typed
from measuremart.warehouse.reading import Reading
from measuremart.web.access import WHOLE, HiddenError, Part, Period, Sight
from measuremart.web.figures import Rows

_PATTERN, _LONGEST = r"^[^\x00-\x1f\x7f]*$", 200


class AskedOfReports(BaseModel):
    """Which reports are searched for. A parameter that is not known here is refused."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    report: str | None = Field(
        None, max_length=_LONGEST, pattern=_PATTERN, description="The report of measuremart.", examples=["epilepsy12"]
    )
    publication: int | None = Field(None, ge=1, le=10**9, description="In place of a report: a publication.")
    measure: str | None = Field(
        None, max_length=400, pattern=_PATTERN, description="The indicator: its name, or the canonical address."
    )
    level: str | None = Field(
        None, max_length=_LONGEST, pattern=_PATTERN, description="The level; without one, the whole report (team)."
    )
    entity: str | None = Field(
        None, max_length=_LONGEST, pattern=_PATTERN, description="The entity of the level; else all that you see."
    )
    period_name: str = Field(
        ALL_TIME, alias="period-name", max_length=_LONGEST, pattern=_PATTERN, description="The period, by its name."
    )
    count: int = Field(100, alias="_count", ge=1, le=1_000, description="The most reports to answer with.")
    offset: int = Field(0, alias="_offset", ge=0, le=10_000_000, description="How many to leave out before them.")
    format: Literal["json", "application/json", "application/fhir+json"] | None = Field(
        None, alias="_format", description="Only JSON."
    )


def indicator_of(seen: Sight, measure: str | None) -> str | None:
    """Return the indicator that a search names, None where it names none. Raises `HiddenError`."""
    if measure is None:
        return None
    name = _measure_name(measure)
    if all(listed.about.name != name for listed in seen.report.listed):
        raise HiddenError
    return name


def _measure_name(measure: str) -> str:
    """Return the indicator's name of a name, or of a canonical address with or without a version."""
    return measure.rsplit("/", 1)[-1].split("|")[0]


def days_of(seen: Sight, name: str) -> Period:
    """Return a period that FHIR can say: one with days, or all time. Raises `HiddenError`."""
    period = seen.period(name)
    if period.kind in ("undated", "outside_calendar"):
        raise HiddenError
    return period


def parts_of(seen: Sight, level: str | None, entity: str | None) -> list[Part]:
    """Return the parts of a report that are searched. Raises `HiddenError` for those that the viewer does not see."""
    if not level:
        if entity or not seen.sees_whole:
            raise HiddenError
        return [seen.part(None, None)]
    named = seen.level(level)
    if entity:
        return [seen.part(named, entity)]
    return [Part(named, name, title) for name, title in seen.entities[named].items()]


def summary_rows(
    reading: Reading,
    seen: Sight,
    parts: list[Part],
    period: Period,
    indicator: str | None,
    limit: int | None,
    offset: int = 0,
) -> tuple[list[tuple[Part, Rows]], int]:
    """Return for each report its part and its rows, that of all first, and how many reports there are of all pages.

    The parts are of one level. With a limit there are no strata.
    """
    leveled = parts[0].level != WHOLE
    mart = "agg_indicator_by_level" if leveled else "agg_indicator"
    entity = "shown.entity" if leveled else "''"
    days = "null as median_days" if leveled else "shown.median_days"
    report, kind, name = (text(t) for t in (seen.report.about.name, period.kind, period.name))
    conditions = [f"shown.report = {report} and shown.period_kind = {kind} and shown.period = {name}"]
    if leveled:
        among = ", ".join(text(part.entity) for part in parts)
        conditions.append(f"shown.level_name = {text(parts[0].level)} and shown.entity in ({among})")
    if indicator is not None:
        conditions.append(f"shown.indicator = {text(indicator)}")
    if limit is not None:
        conditions.append("shown.stratifier = 'all'")
    cut = "" if limit is None else f"limit {int(limit)} offset {int(offset)}"
    sql = f"""
    select
        shown.indicator_order, shown.indicator, shown.title, shown.version, {entity} as entity, shown.stratifier,
        shown.stratum, {days},
        'proportion' as statistic,
        shown.eligible, shown.met, shown.not_met, shown.excluded, shown.exception, shown.unresolved, shown.ineligible,
        shown.rate, shown.lower_95, shown.upper_95, shown.benchmark_value, shown.better, shown.as_of,
        indicator.unavailable_reason as reason, null as loaded_on, null as last_date, count(*) over () as n_of_all
    from {{{{ ref('{mart}') }}}} as shown
    inner join {{{{ ref('dim_indicator') }}}} as indicator
        on shown.report = indicator.report and shown.indicator = indicator.indicator
    where {" and ".join(conditions)}
    order by shown.indicator_order, shown.indicator, entity,
        case when shown.stratifier = 'all' then 0 else 1 end, shown.stratifier, shown.stratum
    {cut}
    """
    rows = [typed(row) for row in reading.rows(sql)]
    named = {part.entity: part for part in parts}
    grouped = groupby(rows, key=lambda row: (row["indicator"], row["entity"]))
    return [(named[entity], list(found)) for (_, entity), found in grouped], int(rows[0]["n_of_all"]) if rows else 0


def published_rows(rows: Rows, asked: AskedOfReports) -> list[Rows]:
    """Return the figures of a publication that are asked for, one list for each report, that of all first."""

    def of_report(row: dict[str, Any]) -> tuple[str, ...]:
        return tuple(str(row[n]) for n in ("indicator", "period_kind", "period", "level_name", "entity"))

    measure = None if asked.measure is None else _measure_name(asked.measure)
    # A caller who names a period means that one; without a name there is all that was published.
    period = asked.period_name if "period_name" in asked.model_fields_set else None
    wanted: dict[tuple[str, ...], Rows] = {}
    for row in rows:
        given = ((measure, "indicator"), (asked.level, "level_name"), (asked.entity, "entity"), (period, "period"))
        if all(value is None or row[name] == value for value, name in given):
            wanted.setdefault(of_report(row), []).append(row)
    ordered = [sorted(found, key=lambda row: row["stratifier"] != "all") for found in wanted.values()]
    return [found for found in ordered if found[0]["stratifier"] == "all"]
