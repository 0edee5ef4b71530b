-- One table for people who want one: every row of agg_indicator, whose level and entity are all, and under it every row
-- of agg_indicator_by_level, with what each is called. Keys that count for no entity of a level stand there as not
-- attributed, so that a level never holds fewer keys than all.
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
        counted.indicator_key,
        counted.period_key,
        counted.entity_key,
        counted.report,
        counted.indicator,
        counted.level_name,
        counted.entity,
        entity.title as entity_title,
        counted.stratifier,
        counted.stratum,
        counted.period_kind,
        counted.period,
        counted.eligible,
        counted.met,
        counted.not_met,
        counted.exception,
        counted.unresolved,
        counted.excluded,
        counted.ineligible,
        counted.rate,
        counted.lower_95,
        counted.upper_95,
        cast(null as numeric(18, 2)) as median_days,
        counted.benchmark_value,
        counted.verdict,
        counted.is_certain,
        counted.as_of
    from {{ ref('agg_indicator_by_level') }} as counted
    left join {{ ref('dim_level_entity') }} as entity
        on counted.entity_key = entity.entity_key

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
