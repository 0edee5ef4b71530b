-- One row per row of agg_indicator_by_level and entity of a wider level that shares an organisation with it on a day of
-- the period: both rates and their difference. parent_level national is the difference from the nation. Of the strata
-- those in which the entity has somebody eligible.
with

aggregate as (

    select
        report,
        indicator,
        period_kind,
        period,
        stratifier,
        stratum,
        level_order,
        level_name,
        entity,
        eligible,
        rate
    from {{ ref('agg_indicator_by_level') }}

),

report as (

    select
        report,
        population
    from {{ ref('dim_report') }}

),

report_period as (

    select
        report,
        period_kind,
        period,
        start_date,
        end_date
    from {{ ref('report_period') }}

),

used_period as (

    select distinct
        aggregate.report,
        report.population,
        aggregate.period_kind,
        aggregate.period,
        coalesce(report_period.start_date, cast('0001-01-01' as date)) as start_date,
        coalesce(report_period.end_date, cast('9999-12-31' as date)) as end_date
    from aggregate
    inner join report
        on aggregate.report = report.report
    left join report_period
        on
            aggregate.report = report_period.report
            and aggregate.period_kind = report_period.period_kind
            and aggregate.period = report_period.period

),

related as (

    select distinct
        used_period.report,
        used_period.period_kind,
        used_period.period,
        entity_parent.level_name,
        entity_parent.entity,
        entity_parent.parent_level,
        entity_parent.parent_entity
    from used_period
    inner join {{ ref('entity_parent') }} as entity_parent
        on
            used_period.population = entity_parent.population
            and used_period.end_date >= entity_parent.span_from
            and used_period.start_date <= entity_parent.span_to

)

select
    child.report,
    child.indicator,
    child.period_kind,
    child.period,
    child.stratifier,
    child.stratum,
    child.level_name,
    child.entity,
    parent.level_name as parent_level,
    parent.entity as parent_entity,
    child.rate,
    parent.eligible as parent_eligible,
    parent.rate as parent_rate,
    cast(child.rate - parent.rate as numeric(18, 6)) as difference
from aggregate as child
inner join related
    on
        child.report = related.report
        and child.period_kind = related.period_kind
        and child.period = related.period
        and child.level_name = related.level_name
        and child.entity = related.entity
inner join aggregate as parent
    on
        child.report = parent.report
        and child.indicator = parent.indicator
        and child.period_kind = parent.period_kind
        and child.period = parent.period
        and child.stratifier = parent.stratifier
        and child.stratum = parent.stratum
        and related.parent_level = parent.level_name
        and related.parent_entity = parent.entity
        and child.level_order < parent.level_order
where
    child.stratifier = 'all'
    or child.eligible > 0
