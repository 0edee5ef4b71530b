"""The questions that pages and answers ask the marts about a report, each one query.

Every name and value in a query was found among those that the viewer sees (`access.Sight`), and passes through `text`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from measuremart.render.sql import day, text
from measuremart.report_rows import typed
from measuremart.warehouse.reading import Reading
from measuremart.web.access import NOT_ATTRIBUTED, WHOLE, HiddenError, Part, Period, Sight

Rows = list[dict[str, Any]]
STATUSES = ("not_met", "met", "exception", "unresolved", "excluded", "ineligible")


def trend_kinds(sight: Sight) -> list[str]:
    """Return the kinds of periods that follow one upon the other in a report, the one to show first in front."""
    order = ("named", "month", "quarter", "financial_year", "year")
    return [kind for kind in order if any(p.kind == kind for p in sight.periods)]


def _of_part(part: Part, alias: str = "shown") -> str:
    if part.level == WHOLE:
        return ""
    return f"and {alias}.level_name = {text(part.level)} and {alias}.entity = {text(part.entity)}"


def series_rows(reading: Reading, sight: Sight, part: Part, kind: str, indicator: str | None = None) -> Rows:
    """Return indicator, period, eligible and rate of every period of a kind in which anybody is eligible, in order."""
    mart = "agg_indicator" if part.level == WHOLE else "agg_indicator_by_level"
    only = f"and shown.indicator = {text(indicator)}" if indicator else ""
    sql = f"""
    select shown.indicator, shown.period, shown.eligible, shown.rate
    from {{{{ ref('{mart}') }}}} as shown
    inner join {{{{ ref('dim_reference_period') }}}} as period
        on shown.report = period.report and shown.period_kind = period.period_kind and shown.period = period.period
    where shown.report = {text(sight.report.about.name)} and shown.period_kind = {text(kind)}
        and shown.stratifier = 'all' and shown.eligible > 0 {only} {_of_part(part)}
    order by shown.indicator, period.start_date, shown.period
    """
    return reading.rows(sql)


def trend_rows(reading: Reading, sight: Sight, part: Part, indicator: str, kind: str) -> Rows:
    """Return the points of the indicator's chart; those of the whole report have no limits (`mean_rate` is None)."""
    if part.level == WHOLE:
        without = dict.fromkeys(("mean_rate", "lower_limit", "upper_limit", "variation"))
        return [row | without for row in series_rows(reading, sight, part, kind, indicator)]
    sql = f"""
    select shown.period, shown.place, shown.points, shown.has_trial_limits, shown.eligible, shown.rate,
        shown.mean_rate, shown.lower_limit, shown.upper_limit, shown.is_astronomical, shown.is_shift, shown.is_trend,
        shown.is_two_of_three, shown.variation
    from {{{{ ref('agg_indicator_trend') }}}} as shown
    where shown.report = {text(sight.report.about.name)} and shown.indicator = {text(indicator)}
        and shown.period_kind = {text(kind)} and shown.stratifier = 'all' {_of_part(part)}
    order by shown.place
    """
    return reading.rows(sql)


def strata_rows(reading: Reading, sight: Sight, part: Part, indicator: str, period: Period) -> Rows:
    """Return the indicator's aggregates: a row for all (`stratifier` is all) and one for each stratum, as of a report.

    By level, a duration shows the share that had it at all, as the mart does.
    """
    leveled = part.level != WHOLE
    mart = "agg_indicator_by_level" if leveled else "agg_indicator"
    statistic = (
        "'proportion' as statistic, null as median_days, 'percent' as benchmark_unit"
        if leveled
        else "shown.statistic, shown.median_days, shown.benchmark_unit"
    )
    sql = f"""
    select
        shown.indicator_order, shown.indicator, shown.title, shown.version, shown.period, shown.stratifier,
        shown.stratum, {statistic},
        shown.eligible, shown.met, shown.not_met, shown.excluded, shown.exception, shown.unresolved, shown.ineligible,
        shown.rate, shown.lower_95, shown.upper_95, shown.benchmark_value, shown.better, shown.verdict,
        shown.is_certain, shown.as_of, indicator.unavailable_reason as reason, null as loaded_on, null as last_date
    from {{{{ ref('{mart}') }}}} as shown
    inner join {{{{ ref('dim_indicator') }}}} as indicator
        on shown.report = indicator.report and shown.indicator = indicator.indicator
    where shown.report = {text(sight.report.about.name)} and shown.indicator = {text(indicator)}
        and {_when(period, "shown")} {_of_part(part)}
    order by case when shown.stratifier = 'all' then 0 else 1 end, shown.stratifier, shown.stratum
    """
    return [typed(row) for row in reading.rows(sql)]


# What is worked out from all peers of a level together.
_OF_ALL_PEERS = (
    "pooled_rate", "dispersion", "between_variance", "alert_lower", "alert_upper", "alarm_lower", "alarm_upper",
    "overdispersed_alert_lower", "overdispersed_alert_upper", "overdispersed_alarm_lower", "overdispersed_alarm_upper",
    "direction", "peer_rank",
)  # fmt: skip
_CLASSES = ("outlier_class", "overdispersed_outlier_class")


def without_the_other(row: dict[str, Any], peers_seen: int) -> dict[str, Any]:
    """Return a row of a funnel without what would give the one peer away that the viewer does not see.

    All peers together, less those that are seen, are that peer. With two or more unseen peers nothing follows.
    """
    if row["peers"] is None:
        return row
    # A role of the database has them hidden already (macros/access).
    is_hidden = any(row[name] is None for name in _CLASSES if name in row)
    if row["peers"] - peers_seen != 1 and not is_hidden:
        return row
    hidden = dict.fromkeys(_OF_ALL_PEERS) | dict.fromkeys(_CLASSES, "not assessed")
    return row | {name: value for name, value in hidden.items() if name in row}


def peer_rows(reading: Reading, sight: Sight, level: str, indicator: str, period: Period) -> Rows:
    """Return the entities of a level that the viewer sees, with rate, interval and place in the funnel.

    The target and the limits are of all peers, those that the viewer does not see included, but for
    `without_the_other`. Entities without anybody eligible have no rate.
    """
    seen = [name for name in sight.entities[level] if name != NOT_ATTRIBUTED]
    if not seen:
        return []
    among = "" if sight.viewer.role == "team" else f"and shown.entity in ({', '.join(text(name) for name in seen)})"
    sql = f"""
    select shown.entity, shown.eligible, rates.met, shown.rate, rates.lower_95, rates.upper_95, rates.benchmark_value,
        rates.better, rates.verdict, rates.is_certain, shown.pooled_rate, shown.peers, shown.dispersion,
        shown.between_variance,
        shown.alert_lower, shown.alert_upper, shown.alarm_lower, shown.alarm_upper, shown.overdispersed_alert_lower,
        shown.overdispersed_alert_upper, shown.overdispersed_alarm_lower, shown.overdispersed_alarm_upper,
        shown.outlier_class, shown.overdispersed_outlier_class, shown.direction, shown.peer_rank
    from {{{{ ref('agg_indicator_funnel') }}}} as shown
    inner join {{{{ ref('agg_indicator_by_level') }}}} as rates
        on shown.report = rates.report and shown.indicator = rates.indicator
        and shown.period_kind = rates.period_kind and shown.period = rates.period
        and shown.stratifier = rates.stratifier and shown.stratum = rates.stratum
        and shown.level_name = rates.level_name and shown.entity = rates.entity
    where shown.report = {text(sight.report.about.name)} and shown.indicator = {text(indicator)}
        and {_when(period, "shown")}
        and shown.stratifier = 'all' and shown.level_name = {text(level)} {among}
    order by shown.entity
    """
    titles = sight.entities[level]
    rows = [row | {"title": titles[row["entity"]]} for row in reading.rows(sql) if row["entity"] in titles]
    rated = sum(row["rate"] is not None for row in rows)
    return [row if sight.viewer.role == "team" else without_the_other(row, rated) for row in rows]


def count_rows(
    reading: Reading, sight: Sight, part: Part, indicator: str, period: Period, level: str | None = None
) -> Rows:
    """Return counts by `part`: `reason` (status, reason), `step` of attrition (whole report), `case_mix` (an entity).

    With a level, and for viewers who see the whole, `not_attributed` has the keys that count for no entity of the
    level: `met`, `eligible`, `outside` (of the rate). Each has `name`, `detail`, `place`, `n` and, of a step and of the
    case mix, `of_n`: its persons, or all its keys.
    """
    report, shown = text(sight.report.about.name), text(indicator)
    asked = [
        f"""
    select 'reason' as part, result.status as name, result.reason as detail, 0 as place, count(*) as n, 0 as of_n
    from {{{{ ref('fct_indicator_result') }}}} as result
    where result.report = {report} and result.indicator = {shown} and result.is_counted
        and {_in_period(period)} and {sight.keys_of(part, "result")}
    group by result.status, result.reason"""
    ]
    if part.level == WHOLE:
        asked.append(f"""
    select 'step', step.step, step.title, step.step_order, step.n_keys, step.n_persons
    from {{{{ ref('agg_attrition') }}}} as step
    where step.report = {report} and step.indicator = {shown} and {_when(period, "step")}""")
    else:
        asked.append(f"""
    select 'case_mix', mix.stratifier, mix.stratum, 0, mix.n_keys, mix.of_keys
    from {{{{ ref('agg_case_mix') }}}} as mix
    where mix.report = {report} and mix.stratifier <> 'all' and {_when(period, "mix")}
        and mix.level_name = {text(part.level)} and mix.entity = {text(part.entity)}""")
    if level and sight.sees_whole:
        asked.append(f"""
    select 'not_attributed', counted.name, shown.level_name, 0,
        case counted.name when 'met' then shown.met when 'eligible' then shown.eligible
            else shown.excluded + shown.exception + shown.unresolved + shown.ineligible end, 0
    from {{{{ ref('agg_indicator_by_level') }}}} as shown
    cross join (
        select 'met' as name union all select 'eligible' as name union all select 'outside' as name
    ) as counted
    where shown.report = {report} and shown.indicator = {shown} and {_when(period, "shown")}
        and shown.stratifier = 'all' {_of_part(Part(level, NOT_ATTRIBUTED, NOT_ATTRIBUTED))}""")
    return reading.rows("\n    union all".join(asked) + "\n    order by 1, 4, 2, 3")


def _when(period: Period, alias: str) -> str:
    return f"{alias}.period_kind = {text(period.kind)} and {alias}.period = {text(period.name)}"


def _in_period(period: Period) -> str:
    """Return the condition that a result (`result` is its alias) is counted in a period."""
    if period.kind == "all_time":
        return "1 = 1"
    if period.kind == "undated":
        return "result.period_date is null"
    if period.first is None or period.last is None:
        return "(result.period_date < date '1900-01-01' or result.period_date > date '2099-12-31')"
    return f"result.period_date between {day(period.first)} and {day(period.last)}"


def organisation_rows(reading: Reading, sight: Sight, part: Part, period: Period) -> Rows:
    """Return the rates of an entity and of its parents in the period that the viewer sees, by indicator and level."""
    report, level, entity = (text(t) for t in (sight.report.about.name, part.level, part.entity))
    sql = f"""
    select shown.indicator_order, shown.indicator, shown.title, shown.level_order, shown.level_name, shown.entity,
        shown.eligible, shown.met, shown.not_met, shown.excluded, shown.exception, shown.unresolved, shown.ineligible,
        shown.rate, shown.lower_95, shown.upper_95, 'proportion' as statistic, null as median_days,
        'percent' as benchmark_unit, shown.benchmark_value, shown.better, shown.verdict, shown.is_certain, shown.as_of,
        null as loaded_on, null as last_date,
        place.peer_rank, place.peers, place.overdispersed_outlier_class, place.direction
    from {{{{ ref('agg_indicator_by_level') }}}} as shown
    left join (
        select distinct parent_level, parent_entity
        from {{{{ ref('agg_indicator_by_parent') }}}} as shared
        where report = {report} and {_when(period, "shared")} and level_name = {level} and entity = {entity}
    ) as parent on shown.level_name = parent.parent_level and shown.entity = parent.parent_entity
    left join {{{{ ref('agg_indicator_funnel') }}}} as place
        on shown.report = place.report and shown.indicator = place.indicator
        and shown.period_kind = place.period_kind and shown.period = place.period
        and shown.stratifier = place.stratifier and shown.stratum = place.stratum
        and shown.level_name = place.level_name and shown.entity = place.entity
    where shown.report = {report} and {_when(period, "shown")} and shown.stratifier = 'all'
        and ((shown.level_name = {level} and shown.entity = {entity}) or parent.parent_entity is not null)
    order by shown.indicator_order, shown.level_order, shown.entity
    """
    rows = [typed(row) for row in reading.rows(sql)]
    if sight.viewer.role != "team":  # of two peers, one is the other one's rank
        rows = [without_the_other(row, 1) for row in rows]
    return [
        row | {"entity_title": sight.entities[row["level_name"]][row["entity"]]}
        for row in rows
        if row["entity"] in sight.entities.get(row["level_name"], {})
    ]


def person_rows(
    reading: Reading,
    sight: Sight,
    part: Part,
    indicator: str,
    period: Period,
    statuses: Sequence[str],
    limit: int,
    offset: int,
) -> Rows:
    """Return the counted keys of an indicator in a part and a period, with status, reason and near miss.

    Each row has `n`, how many there are of all pages. Raises `HiddenError` where the viewer may not see persons there.
    """
    if not sight.sees_persons(part):
        raise HiddenError
    if unknown := set(statuses) - set(STATUSES):
        raise HiddenError(str(len(unknown)))
    chosen = ", ".join(text(status) for status in statuses or STATUSES)
    order = " ".join(f"when {text(status)} then {n}" for n, status in enumerate(STATUSES))
    sql = f"""
    select result.person_id, result.episode_id, result.measure_resolver, result.cohort_date, result.status,
        result.reason, result.reason_measure, result.denominator_date, result.numerator_date, result.days_between,
        result.nearest_date, result.days_outside, result.nearest_value, count(*) over () as n
    from {{{{ ref('fct_indicator_result') }}}} as result
    where result.report = {text(sight.report.about.name)} and result.indicator = {text(indicator)}
        and result.is_counted and result.status in ({chosen})
        and {_in_period(period)} and {sight.keys_of(part, "result")}
    order by case result.status {order} end, result.cohort_date, result.person_id, result.measure_resolver
    limit {int(limit)} offset {int(offset)}
    """
    return reading.rows(sql)


def is_of_viewer(reading: Reading, sight: Sight, indicator: str, person: int, episode: int | None) -> bool:
    """Say whether a person has a key of an indicator that the viewer may see: one of an own entity."""
    parts = [Part(e.level, e.entity, "") for e in sight.viewer.own(sight.report)]
    if sight.sees_whole:
        parts = [Part(WHOLE, WHOLE, "")]
    parts = [p for p in parts if p.level == WHOLE or p.entity in sight.entities.get(p.level, {})]
    if not parts:
        return False
    of_episode = "" if episode is None else f"and result.episode_id = {int(episode)}"
    mine = " or ".join(sight.keys_of(part, "result") for part in parts)
    sql = f"""
    select count(*) as n
    from {{{{ ref('fct_indicator_result') }}}} as result
    where result.report = {text(sight.report.about.name)} and result.indicator = {text(indicator)}
        and result.person_id = {int(person)} {of_episode} and ({mine})
    """
    return int(reading.rows(sql)[0]["n"]) > 0
