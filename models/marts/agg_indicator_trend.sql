-- One row per report, indicator, stratum, level, entity and period of a kind that follows one upon the other: the rate
-- as a point of an XmR chart, with its limits and the four rules of NHS England's Making Data Count in their version of
-- November 2023 (docs/semantics.md, 9.6). A period without anybody eligible is no point. `not
-- attributed` is no entity, and has no chart. Points are whole millionths,
-- and compared as whole numbers, so that every engine flags alike.
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
        eligible,
        rate,
        better,
        as_of
    from {{ ref('agg_indicator_by_level') }}
    where
        entity <> 'not attributed'
        and eligible > 0

),

report_period as (

    select
        report,
        period_kind,
        period,
        start_date
    from {{ ref('report_period') }}

),

point as (

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
        cast(aggregate.rate * 1000000 as bigint) as x,
        row_number() over (
            partition by
                aggregate.report,
                aggregate.indicator,
                aggregate.period_kind,
                aggregate.stratifier,
                aggregate.stratum,
                aggregate.level_name,
                aggregate.entity
            order by report_period.start_date, aggregate.period
        ) as place
    from aggregate
    inner join report_period
        on
            aggregate.report = report_period.report
            and aggregate.period_kind = report_period.period_kind
            and aggregate.period = report_period.period

),

moved as (

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
        better,
        as_of,
        x,
        place,
        x - lag(x) over (
            partition by report, indicator, period_kind, stratifier, stratum, level_name, entity order by place
        ) as step
    from point

),

chart as (

    select
        report,
        indicator,
        period_kind,
        stratifier,
        stratum,
        level_name,
        entity,
        count(*) as points,
        cast(sum(x) as bigint) as total,
        cast(coalesce(sum(abs(step)), 0) as bigint) as range_total
    from moved
    group by report, indicator, period_kind, stratifier, stratum, level_name, entity

),

compared as (

    -- `distance` is the distance from the mean and `reach` that of the limits, both times 100 * points * (points - 1)
    select
        moved.indicator_key,
        moved.period_key,
        moved.entity_key,
        moved.report,
        moved.indicator,
        moved.title,
        moved.period_kind,
        moved.period,
        moved.stratifier,
        moved.stratum,
        moved.level_name,
        moved.entity,
        moved.eligible,
        moved.rate,
        moved.better,
        moved.as_of,
        moved.place,
        chart.points,
        chart.total,
        chart.range_total,
        sign(moved.step) as heading,
        sign(chart.points * moved.x - chart.total) as side,
        100 * (chart.points - 1) * (chart.points * moved.x - chart.total) as distance,
        266 * chart.points * chart.range_total as reach
    from moved
    inner join chart
        on
            moved.report = chart.report
            and moved.indicator = chart.indicator
            and moved.period_kind = chart.period_kind
            and moved.stratifier = chart.stratifier
            and moved.stratum = chart.stratum
            and moved.level_name = chart.level_name
            and moved.entity = chart.entity

),

placed as (

    -- the limits lie at three sigma, so two thirds of their distance are two sigma; a point outside them is beyond both
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
        better,
        as_of,
        place,
        points,
        total,
        range_total,
        heading,
        side,
        case when points > 1 and abs(distance) > reach then 1 else 0 end as is_outside,
        case when points > 1 and 3 * abs(distance) > 2 * reach then 1 else 0 end as is_beyond_two_sigma
    from compared

),

ended as (

    -- whether a run of seven, or two of three, ends at this point
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
        better,
        as_of,
        place,
        points,
        total,
        range_total,
        side,
        is_outside,
        is_beyond_two_sigma,
        case
            when abs(sum(side) over (
                partition by report, indicator, period_kind, stratifier, stratum, level_name, entity
                order by place rows between 6 preceding and current row
            )) = 7 then 1
            else 0
        end as ends_shift,
        case
            when abs(sum(heading) over (
                partition by report, indicator, period_kind, stratifier, stratum, level_name, entity
                order by place rows between 5 preceding and current row
            )) = 6 then 1
            else 0
        end as ends_trend,
        case
            when abs(sum(side) over (
                partition by report, indicator, period_kind, stratifier, stratum, level_name, entity
                order by place rows between 2 preceding and current row
            )) = 3
            and sum(is_beyond_two_sigma) over (
                partition by report, indicator, period_kind, stratifier, stratum, level_name, entity
                order by place rows between 2 preceding and current row
            ) >= 2 then 1
            else 0
        end as ends_two_of_three
    from placed

),

flagged as (

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
        better,
        as_of,
        place,
        points,
        total,
        range_total,
        side,
        is_outside = 1 as is_astronomical,
        max(ends_shift) over (
            partition by report, indicator, period_kind, stratifier, stratum, level_name, entity
            order by place rows between current row and 6 following
        ) = 1 as is_shift,
        max(ends_trend) over (
            partition by report, indicator, period_kind, stratifier, stratum, level_name, entity
            order by place rows between current row and 6 following
        ) = 1 as is_trend,
        is_beyond_two_sigma = 1
        and max(ends_two_of_three) over (
            partition by report, indicator, period_kind, stratifier, stratum, level_name, entity
            order by place rows between current row and 2 following
        ) = 1 as is_two_of_three
    from ended

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
    cast(place as bigint) as place,
    cast(points as bigint) as points,
    points < 12 as has_trial_limits,
    eligible,
    rate,
    cast({{ rounded_ratio('total', '1000000 * points', 6) }} as numeric(18, 6)) as mean_rate,
    cast({{ rounded(xmr_limit('total', 'range_total', 'points', -1), 6) }} as numeric(18, 6)) as lower_limit,
    cast({{ rounded(xmr_limit('total', 'range_total', 'points', 1), 6) }} as numeric(18, 6)) as upper_limit,
    is_astronomical,
    is_shift,
    is_trend,
    is_two_of_three,
    case
        when not (is_astronomical or is_shift or is_trend or is_two_of_three) then 'common cause'
        when better = 'higher' then case when side > 0 then 'improvement' else 'concern' end
        when better = 'lower' then case when side < 0 then 'improvement' else 'concern' end
        when side > 0 then 'high'
        else 'low'
    end as variation,
    'making_data_count_2023_11' as spc_rules,
    as_of
from flagged
