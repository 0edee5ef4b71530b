"""The rows that programs are answered with: their columns, what each means, and the one query behind each kind."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from measuremart.render.sql import text
from measuremart.warehouse.reading import Reading
from measuremart.web.access import HiddenError, Sight
from measuremart.web.figures import Rows, without_the_other

# What may be asked for by name: no control characters, and no more than a name has.
_PATTERN, _LONGEST = r"^[^\x00-\x1f\x7f]*$", 200
Kind = Literal["all_time", "undated", "outside_calendar", "month", "quarter", "year", "financial_year", "named"]
Form = Literal["json", "csv", "parquet"]
MOST_ROWS = 10_000


class Asked(BaseModel):
    """What every list can be asked for. A parameter that is not known here is refused."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(1_000, ge=1, le=MOST_ROWS, description="The most rows to answer with.")
    offset: int = Field(0, ge=0, le=10_000_000, description="How many rows to leave out before them.")
    format: Form | None = Field(None, description="The form of the answer; else the header Accept decides.")


class AskedOfIndicators(Asked):
    """Which rows of a report's indicators are asked for; what is left out is not cut by."""

    indicator: str | None = Field(None, max_length=_LONGEST, pattern=_PATTERN, description="The indicator.")
    period_kind: Kind | None = Field(None, description="The kind of period.")
    period: str | None = Field(None, max_length=_LONGEST, pattern=_PATTERN, description="The period, by its name.")


class AskedOfSteps(AskedOfIndicators):
    """Steps are of the whole report alone."""


class AskedOfResults(AskedOfIndicators):
    """Without a level, the whole report is asked for, which the role team alone sees."""

    level: str | None = Field(None, max_length=_LONGEST, pattern=_PATTERN, description="The level; empty: no level.")
    entity: str | None = Field(
        None, max_length=_LONGEST, pattern=_PATTERN, description="The entity of the level; without it all that you see."
    )
    stratifier: str | None = Field(
        None, max_length=_LONGEST, pattern=_PATTERN, description="What results are split by; all where they are not."
    )
    stratum: str | None = Field(None, max_length=_LONGEST, pattern=_PATTERN, description="The part of the split.")


class _OfIndicator(BaseModel):
    indicator: str = Field(description="The indicator.", examples=["sodium_valproate"])
    period_kind: str = Field(description="The kind of period.", examples=["named"])
    period: str = Field(description="The period.", examples=["cohort_6"])


class _OfStratum(_OfIndicator):
    stratifier: str = Field(description="What results are split by; all where they are not.", examples=["all"])
    stratum: str = Field(description="The part of the split; all where there is none.", examples=["all"])


class _OfEntity(_OfStratum):
    level_name: str = Field(description="The level; all for the whole report.", examples=["organisation"])
    entity: str = Field(description="The entity of the level; all for the whole report.", examples=["EN001"])


class _Counts(BaseModel):
    eligible: int | None = Field(description="met + not met; null for an unavailable indicator.", examples=[33])
    met: int | None = Field(description="Keys that got the care.", examples=[19])
    not_met: int | None = Field(description="Keys that were due it and did not get it.", examples=[14])
    exception: int | None = Field(description="Keys with an accepted reason for not getting it.", examples=[0])
    unresolved: int | None = Field(description="Keys whose answer cannot be known from the data.", examples=[15])
    excluded: int | None = Field(description="Keys taken out.", examples=[0])
    ineligible: int | None = Field(description="Keys that were not due it.", examples=[0])
    rate: float | None = Field(description="met / eligible; null when nobody is eligible.", examples=[0.575758])
    lower_95: float | None = Field(description="Lower limit of the 95% Wilson interval.", examples=[0.408073])
    upper_95: float | None = Field(description="Its upper limit.", examples=[0.727644])
    benchmark_value: float | None = Field(description="The benchmark; null where there is none.", examples=[None])
    better: str | None = Field(description="higher or lower.", examples=[None])
    verdict: str = Field(
        description="reached, not reached, no data, no benchmark, unavailable or not certain.",
        examples=["no benchmark"],
    )


class ResultRow(_Counts, _OfEntity):
    """An aggregate of an indicator, of the whole report or of an entity."""


class WholeRow(_Counts, _OfStratum):
    """An aggregate of an indicator over the whole report; days are those of a duration."""

    statistic: str = Field(description="proportion or duration.", examples=["proportion"])
    lower_quartile_days: float | None = Field(description="Lower quartile of the days that met keys took.")
    median_days: float | None = Field(description="Their median.")
    upper_quartile_days: float | None = Field(description="Their upper quartile.")
    benchmark_unit: str | None = Field(description="percent or days.", examples=["percent"])


class TrendRow(_OfEntity):
    """A point of the XmR chart of an entity, with the rules of Making Data Count."""

    place: int = Field(description="Place of the point in its chart, from 1.", examples=[3])
    points: int = Field(description="How many points the chart has.", examples=[12])
    has_trial_limits: bool = Field(description="Whether there are fewer than 12 points.", examples=[False])
    eligible: int = Field(description="Eligible keys of the period.", examples=[33])
    rate: float = Field(description="met / eligible.", examples=[0.575758])
    mean_rate: float = Field(description="Mean of the points.", examples=[0.55])
    lower_limit: float | None = Field(
        description="Lower process limit; may lie below 0; null of one point.", examples=[0.2]
    )
    upper_limit: float | None = Field(description="Upper process limit; may lie above 1.", examples=[0.9])
    is_astronomical: bool = Field(description="Outside the process limits.", examples=[False])
    is_shift: bool = Field(description="One of seven or more in a row on one side of the mean.", examples=[False])
    is_trend: bool = Field(description="One of seven or more in a row that rise, or fall.", examples=[False])
    is_two_of_three: bool = Field(description="One of two out of three near or beyond a limit.", examples=[False])
    variation: str = Field(description="common cause, improvement, concern, high or low.", examples=["common cause"])


class FunnelRow(_OfEntity):
    """Where an entity stands among its peers."""

    eligible: int = Field(description="Eligible keys.", examples=[33])
    rate: float | None = Field(description="met / eligible.", examples=[0.575758])
    pooled_rate: float | None = Field(
        description="The rate of all peers together; null, as all that follows from it, where it would give the one "
        "peer away that you do not see.",
        examples=[0.6],
    )
    peers: int = Field(description="Entities of the level with anybody eligible.", examples=[20])
    dispersion: float | None = Field(description="phi; about 1 where peers differ by chance only.", examples=[1.05])
    between_variance: float | None = Field(description="tau squared: the variance between entities.", examples=[0.0])
    overdispersed_alert_lower: float | None = Field(description="Target - 2 deviations.", examples=[0.3])
    overdispersed_alert_upper: float | None = Field(description="Target + 2 deviations.", examples=[0.8])
    overdispersed_alarm_lower: float | None = Field(description="Target - 3 deviations.", examples=[0.2])
    overdispersed_alarm_upper: float | None = Field(description="Target + 3 deviations.", examples=[0.9])
    outlier_class: str = Field(description="By the limits of chance alone.", examples=["within limits"])
    overdispersed_outlier_class: str = Field(description="By the limits above.", examples=["within limits"])
    direction: str | None = Field(description="better, worse, above or below.", examples=["below"])
    peer_rank: int | None = Field(description="Place among peers, 1 the best.", examples=[9])


class StepRow(_OfIndicator):
    """How many are left at a step, of the whole report."""

    step_order: int = Field(description="Place of the step, from 1.", examples=[7])
    step: str = Field(description="The step.", examples=["eligible"])
    title: str = Field(description="What to call it.", examples=["Eligible"])
    n_keys: int | None = Field(description="Keys that reach it; null of everyone, where these have no keys.")
    n_persons: int = Field(description="Persons of a key that reaches it.", examples=[88])


_MARTS: dict[str, tuple[type[BaseModel], str, str]] = {
    "whole": (WholeRow, "agg_indicator", "indicator_order"),
    "results": (ResultRow, "agg_indicator_by_level", "indicator_order"),
    "trend": (TrendRow, "agg_indicator_trend", "indicator"),
    "funnel": (FunnelRow, "agg_indicator_funnel", "indicator"),
    "attrition": (StepRow, "agg_attrition", "indicator"),
}
_KEYS = ("period_kind", "period", "stratifier", "stratum", "level_name", "entity", "step_order")


def columns_of(kind: str) -> list[str]:
    """Return the columns of a kind of rows, in the order of files."""
    fields = list(_MARTS[kind][0].model_fields)
    return [*(f for f in fields if f in ("indicator", *_KEYS)), *(f for f in fields if f not in ("indicator", *_KEYS))]


def rows_asked(reading: Reading, seen: Sight, kind: str, asked: AskedOfIndicators) -> tuple[Rows, int]:
    """Return the rows of a kind that are asked for and that the viewer sees, and how many there are of all pages.

    Raises `HiddenError` where something is asked for that is not there, or not for the viewer.
    """
    report = seen.report
    conditions = [f"report = {text(report.about.name)}"]
    if asked.indicator is not None:
        if all(i.about.name != asked.indicator for i in report.listed):
            raise HiddenError
        conditions.append(f"indicator = {text(asked.indicator)}")
    if asked.period_kind is not None:
        conditions.append(f"period_kind = {text(asked.period_kind)}")
    if asked.period is not None:
        conditions.append(f"period = {text(seen.period(asked.period).name)}")
    leveled = isinstance(asked, AskedOfResults)
    if isinstance(asked, AskedOfResults):
        conditions += [f"{n} = {text(v)}" for n in ("stratifier", "stratum") if (v := getattr(asked, n))]
    if isinstance(asked, AskedOfResults) and (asked.level or kind in ("trend", "funnel")):
        level = seen.level(asked.level)
        names = [seen.part(level, asked.entity).entity] if asked.entity else list(seen.entities[level])
        conditions.append(f"level_name = {text(level)}")
        conditions.append(f"entity in ({', '.join(text(name) for name in names)})")
    else:
        if not seen.sees_whole or (isinstance(asked, AskedOfResults) and asked.entity):
            raise HiddenError
        kind = "whole" if leveled else kind
    _, mart, first = _MARTS[kind]
    columns = columns_of(kind)
    order = ", ".join(dict.fromkeys([first, "indicator", *(k for k in _KEYS if k in columns)]))
    source, more = f"{{{{ ref('{mart}') }}}}", ""
    is_of_own = kind == "funnel" and seen.viewer.role != "team"
    if is_of_own and isinstance(asked, AskedOfResults):
        # How many peers are seen is counted before one of them is chosen.
        level = seen.level(asked.level)
        every = ", ".join(text(name) for name in seen.entities[level])
        more = ", peers_seen"
        source = f"""(
        select *, count(rate) over (
            partition by indicator, period_kind, period, stratifier, stratum
        ) as peers_seen
        from {source}
        where report = {text(report.about.name)} and level_name = {text(level)} and entity in ({every})
    ) as own"""
    sql = f"""
    select {", ".join(columns)}, as_of, count(*) over () as n_of_all{more}
    from {source}
    where {" and ".join(conditions)}
    order by {order}
    limit {asked.limit} offset {asked.offset}
    """
    rows = reading.rows(sql)
    if is_of_own:
        rows = [without_the_other(row, row["peers_seen"]) for row in rows]
    return rows, int(rows[0]["n_of_all"]) if rows else 0


def plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    if value is None or isinstance(value, bool | int | str | float):
        return value
    return value.isoformat() if isinstance(value, dt.date) else float(value)
