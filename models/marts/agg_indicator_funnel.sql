-- One row per row of agg_indicator_by_level of an entity (`not attributed` is none), of the strata only those in which
-- the entity has somebody eligible: where it stands among the entities of its level that have anybody eligible. Funnel
-- limits around their pooled rate at 2 deviations (alert) and 3 (alarm), without and with the variance between entities
-- that over-dispersion adds; ranks and quartiles (docs/semantics.md, 9.4 and 9.5). Scores are rounded before they are
-- added up or compared, so that every engine classes alike.
with

aggregate as (

    select
        indicator_key,
        period_key,
        entity_key,
        report,
        indicator,
        title,
        period_kind,
        period,
        stratifier,
        stratum,
        level_name,
        entity,
        met,
        eligible,
        rate,
        better,
        as_of
    from {{ ref('agg_indicator_by_level') }}
    where
        entity <> 'not attributed'
        and (stratifier = 'all' or eligible > 0)

),

pooled as (

    select
        report,
        indicator,
        period_kind,
        period,
        stratifier,
        stratum,
        level_name,
        count(*) as peers,
        cast(sum(met) as bigint) as met,
        cast(sum(eligible) as bigint) as eligible,
        cast(sum(eligible * eligible) as bigint) as eligible_squared
    from aggregate
    where eligible > 0
    group by report, indicator, period_kind, period, stratifier, stratum, level_name

),

target as (

    select
        report,
        indicator,
        period_kind,
        period,
        stratifier,
        stratum,
        level_name,
        peers,
        met,
        eligible,
        eligible_squared,
        {{ to_double('met') }} / {{ to_double('eligible') }} as target_rate
    from pooled

),

ranked as (

    select
        report,
        indicator,
        period_kind,
        period,
        stratifier,
        stratum,
        level_name,
        entity,
        rank() over (
            partition by report, indicator, period_kind, period, stratifier, stratum, level_name
            order by case when better = 'lower' then rate else -rate end
        ) as peer_rank
    from aggregate
    where eligible > 0

),

scored as (

    select
        aggregate.report,
        aggregate.indicator,
        aggregate.period_kind,
        aggregate.period,
        aggregate.stratifier,
        aggregate.stratum,
        aggregate.level_name,
        aggregate.entity,
        cast(
            {{ rounded(funnel_z('aggregate.met', 'aggregate.eligible', 'target.target_rate'), 6) }} as numeric(18, 6)
        ) as z
    from aggregate
    inner join target
        on
            aggregate.report = target.report
            and aggregate.indicator = target.indicator
            and aggregate.period_kind = target.period_kind
            and aggregate.period = target.period
            and aggregate.stratifier = target.stratifier
            and aggregate.stratum = target.stratum
            and aggregate.level_name = target.level_name
    where aggregate.eligible > 0

),

spread as (

    -- what a tenth of the scores lies below, and above: further ones count as these (Winsorised)
    select
        report,
        indicator,
        period_kind,
        period,
        stratifier,
        stratum,
        level_name,
        percentile_cont(0.1) within group (order by {{ to_double('z') }}) as low,
        percentile_cont(0.9) within group (order by {{ to_double('z') }}) as high
    from scored
    where z is not null
    group by report, indicator, period_kind, period, stratifier, stratum, level_name

),

winsorised as (

    select
        scored.report,
        scored.indicator,
        scored.period_kind,
        scored.period,
        scored.stratifier,
        scored.stratum,
        scored.level_name,
        cast(
            {{ rounded("greatest(least(" ~ to_double('scored.z') ~ ", spread.high), spread.low)", 6) }}
            as numeric(18, 6)
        ) as z
    from scored
    inner join spread
        on
            scored.report = spread.report
            and scored.indicator = spread.indicator
            and scored.period_kind = spread.period_kind
            and scored.period = spread.period
            and scored.stratifier = spread.stratifier
            and scored.stratum = spread.stratum
            and scored.level_name = spread.level_name
    where scored.z is not null

),

dispersion as (

    select
        report,
        indicator,
        period_kind,
        period,
        stratifier,
        stratum,
        level_name,
        cast({{ rounded(to_double('sum(z * z)') ~ ' / count(*)', 6) }} as numeric(18, 6)) as dispersion
    from winsorised
    group by report, indicator, period_kind, period, stratifier, stratum, level_name

),

funnel as (

    select
        target.report,
        target.indicator,
        target.period_kind,
        target.period,
        target.stratifier,
        target.stratum,
        target.level_name,
        target.peers,
        target.target_rate,
        {{ rounded_ratio('target.met', 'target.eligible', 6) }} as pooled_rate,
        dispersion.dispersion,
        {{ rounded(between_variance(
            'target.peers', 'dispersion.dispersion', 'target.target_rate', 'target.eligible', 'target.eligible_squared'
        ), 9) }} as between_variance
    from target
    left join dispersion
        on
            target.report = dispersion.report
            and target.indicator = dispersion.indicator
            and target.period_kind = dispersion.period_kind
            and target.period = dispersion.period
            and target.stratifier = dispersion.stratifier
            and target.stratum = dispersion.stratum
            and target.level_name = dispersion.level_name

),

placed as (

    select
        aggregate.indicator_key,
        aggregate.period_key,
        aggregate.entity_key,
        aggregate.report,
        aggregate.indicator,
        aggregate.title,
        aggregate.period_kind,
        aggregate.period,
        aggregate.stratifier,
        aggregate.stratum,
        aggregate.level_name,
        aggregate.entity,
        aggregate.eligible,
        aggregate.rate,
        aggregate.better,
        aggregate.as_of,
        funnel.pooled_rate,
        coalesce(funnel.peers, 0) as peers,
        funnel.dispersion,
        funnel.between_variance,
        {{ rounded(funnel_lower('funnel.target_rate', 'aggregate.eligible', 2), 6) }} as alert_lower,
        {{ rounded(funnel_upper('funnel.target_rate', 'aggregate.eligible', 2), 6) }} as alert_upper,
        {{ rounded(funnel_lower('funnel.target_rate', 'aggregate.eligible', 3), 6) }} as alarm_lower,
        {{ rounded(funnel_upper('funnel.target_rate', 'aggregate.eligible', 3), 6) }} as alarm_upper,
        {{ rounded(
            funnel_lower('funnel.target_rate', 'aggregate.eligible', 2, 'funnel.between_variance'), 6
        ) }} as overdispersed_alert_lower,
        {{ rounded(
            funnel_upper('funnel.target_rate', 'aggregate.eligible', 2, 'funnel.between_variance'), 6
        ) }} as overdispersed_alert_upper,
        {{ rounded(
            funnel_lower('funnel.target_rate', 'aggregate.eligible', 3, 'funnel.between_variance'), 6
        ) }} as overdispersed_alarm_lower,
        {{ rounded(
            funnel_upper('funnel.target_rate', 'aggregate.eligible', 3, 'funnel.between_variance'), 6
        ) }} as overdispersed_alarm_upper,
        case
            when funnel.peers > 1
                then {{ rounded(funnel_z('aggregate.met', 'aggregate.eligible', 'funnel.target_rate'), 6) }}
        end as z,
        case
            when funnel.peers > 1
                then {{ rounded(
                    funnel_z('aggregate.met', 'aggregate.eligible', 'funnel.target_rate', 'funnel.between_variance'), 6
                ) }}
        end as overdispersed_z,
        ranked.peer_rank
    from aggregate
    left join funnel
        on
            aggregate.report = funnel.report
            and aggregate.indicator = funnel.indicator
            and aggregate.period_kind = funnel.period_kind
            and aggregate.period = funnel.period
            and aggregate.stratifier = funnel.stratifier
            and aggregate.stratum = funnel.stratum
            and aggregate.level_name = funnel.level_name
    left join ranked
        on
            aggregate.report = ranked.report
            and aggregate.indicator = ranked.indicator
            and aggregate.period_kind = ranked.period_kind
            and aggregate.period = ranked.period
            and aggregate.stratifier = ranked.stratifier
            and aggregate.stratum = ranked.stratum
            and aggregate.level_name = ranked.level_name
            and aggregate.entity = ranked.entity

)

select
    indicator_key,
    period_key,
    entity_key,
    report,
    indicator,
    title,
    period_kind,
    period,
    stratifier,
    stratum,
    level_name,
    entity,
    eligible,
    rate,
    cast(pooled_rate as numeric(18, 6)) as pooled_rate,
    cast(peers as bigint) as peers,
    dispersion,
    cast(between_variance as numeric(18, 9)) as between_variance,
    cast(alert_lower as numeric(18, 6)) as alert_lower,
    cast(alert_upper as numeric(18, 6)) as alert_upper,
    cast(alarm_lower as numeric(18, 6)) as alarm_lower,
    cast(alarm_upper as numeric(18, 6)) as alarm_upper,
    cast(overdispersed_alert_lower as numeric(18, 6)) as overdispersed_alert_lower,
    cast(overdispersed_alert_upper as numeric(18, 6)) as overdispersed_alert_upper,
    cast(overdispersed_alarm_lower as numeric(18, 6)) as overdispersed_alarm_lower,
    cast(overdispersed_alarm_upper as numeric(18, 6)) as overdispersed_alarm_upper,
    cast(z as numeric(18, 6)) as z_score,
    cast(overdispersed_z as numeric(18, 6)) as overdispersed_z_score,
    case
        when z is null then 'not assessed'
        when abs(z) > 3 then 'alarm'
        when abs(z) > 2 then 'alert'
        else 'within limits'
    end as outlier_class,
    case
        when overdispersed_z is null then 'not assessed'
        when abs(overdispersed_z) > 3 then 'alarm'
        when abs(overdispersed_z) > 2 then 'alert'
        else 'within limits'
    end as overdispersed_outlier_class,
    case
        when z > 0 then case better when 'higher' then 'better' when 'lower' then 'worse' else 'above' end
        when z < 0 then case better when 'higher' then 'worse' when 'lower' then 'better' else 'below' end
    end as direction,
    cast(peer_rank as bigint) as peer_rank,
    cast(case when peers >= 4 then 1 + {{ whole_division('4 * (peer_rank - 1)', 'peers') }} end as bigint) as quartile,
    as_of
from placed
