-- One table for people who want one: every row of agg_indicator, whose level and entity are all, and under it every row
-- of agg_indicator_by_level, with what each is called. The rows of a level leave out keys without an organisation, so
-- that they may add up to less than all.
{{ config(materialized='view') }}

with

whole as (

    select
        indicator_key,
        period_key,
        {{ to_text('null') }} as entity_key,
        report,
        indicator,
        'all' as level_name,
        'all' as entity,
        'Everyone' as entity_title,
        stratifier,
        stratum,
        period_kind,
        period,
        eligible,
        met,
        not_met,
        exception,
        unresolved,
        excluded,
        ineligible,
        rate,
        lower_95,
        upper_95,
        median_days,
        benchmark_value,
        verdict,
        is_certain,
        as_of
    from {{ ref('agg_indicator') }}

),

by_level as (

    select
        aggregate.indicator_key,
        aggregate.period_key,
        aggregate.entity_key,
        aggregate.report,
        aggregate.indicator,
        aggregate.level_name,
        aggregate.entity,
        entity.title as entity_title,
        aggregate.stratifier,
        aggregate.stratum,
        aggregate.period_kind,
        aggregate.period,
        aggregate.eligible,
        aggregate.met,
        aggregate.not_met,
        aggregate.exception,
        aggregate.unresolved,
        aggregate.excluded,
        aggregate.ineligible,
        aggregate.rate,
        aggregate.lower_95,
        aggregate.upper_95,
        cast(null as numeric(18, 2)) as median_days,
        aggregate.benchmark_value,
        aggregate.verdict,
        aggregate.is_certain,
        aggregate.as_of
    from {{ ref('agg_indicator_by_level') }} as aggregate
    left join {{ ref('dim_level_entity') }} as entity
        on aggregate.entity_key = entity.entity_key

),

overview as (

    select
        indicator_key,
        period_key,
        entity_key,
        report,
        indicator,
        level_name,
        entity,
        entity_title,
        stratifier,
        stratum,
        period_kind,
        period,
        eligible,
        met,
        not_met,
        exception,
        unresolved,
        excluded,
        ineligible,
        rate,
        lower_95,
        upper_95,
        median_days,
        benchmark_value,
        verdict,
        is_certain,
        as_of
    from whole

    union all

    select
        indicator_key,
        period_key,
        entity_key,
        report,
        indicator,
        level_name,
        entity,
        entity_title,
        stratifier,
        stratum,
        period_kind,
        period,
        eligible,
        met,
        not_met,
        exception,
        unresolved,
        excluded,
        ineligible,
        rate,
        lower_95,
        upper_95,
        median_days,
        benchmark_value,
        verdict,
        is_certain,
        as_of
    from by_level

)

select
    overview.indicator_key,
    overview.period_key,
    overview.entity_key,
    overview.report,
    report.title as report_title,
    overview.indicator,
    indicator.title,
    indicator.statistic,
    overview.level_name,
    overview.entity,
    overview.entity_title,
    overview.stratifier,
    overview.stratum,
    overview.period_kind,
    overview.period,
    reference_period.start_date,
    reference_period.end_date,
    overview.eligible,
    overview.met,
    overview.not_met,
    overview.exception,
    overview.unresolved,
    overview.excluded,
    overview.ineligible,
    overview.rate,
    overview.lower_95,
    overview.upper_95,
    overview.median_days,
    overview.benchmark_value,
    indicator.benchmark_unit,
    indicator.better,
    overview.verdict,
    overview.is_certain,
    overview.as_of
from overview
inner join {{ ref('dim_report') }} as report
    on overview.report = report.report
inner join {{ ref('dim_indicator') }} as indicator
    on overview.indicator_key = indicator.indicator_key
inner join {{ ref('dim_reference_period') }} as reference_period
    on overview.period_key = reference_period.period_key
