-- One row per report with levels, period, level, entity, stratifier and stratum: how many counted keys of the cohort
-- the entity has, and their share of all that it has. Whom it cares for, beside how (docs/semantics.md, 9.7).
-- A key stands in the periods of its cohort date, once in each entity of its organisation, and at a level where it has
-- none as `not attributed`. The grid is full.
with

report_level as (

    select
        report_level.report,
        report.population,
        report_level.position as level_order,
        report_level.level_name
    from {{ ref('catalogue_report_level') }} as report_level
    inner join {{ ref('dim_report') }} as report
        on report_level.report = report.report
    where report.is_built

),

membership as (

    select
        population,
        organisation,
        span_from,
        level_name,
        entity
    from {{ ref('organisation_membership') }}

),

run_context as (

    select as_of
    from {{ ref('run_context') }}

),

attributed as (

    -- rows of indicators with `grain: person` are no keys of the cohort
    select
        attribution.report,
        attribution.population,
        attribution.person_id,
        attribution.cohort_date,
        attribution.organisation,
        attribution.span_from
    from {{ ref('report_attribution') }} as attribution
    inner join {{ ref('report_cohort_keys') }} as cohort_key
        on
            attribution.report = cohort_key.report
            and attribution.person_id = cohort_key.person_id
            and attribution.measure_resolver = cohort_key.measure_resolver
            and attribution.episode_id is not distinct from cohort_key.episode_id
            and attribution.cohort_date is not distinct from cohort_key.cohort_date
    where
        attribution.is_chosen
        and attribution.is_counted

),

cohort_day as (

    select distinct
        report,
        cohort_date
    from attributed

),

cohort_period as (

    select
        cohort_day.report,
        cohort_day.cohort_date,
        report_period.period_kind,
        report_period.period
    from cohort_day
    inner join {{ ref('report_period') }} as report_period
        on
            cohort_day.report = report_period.report
            and cohort_day.cohort_date between report_period.start_date and report_period.end_date

    union all

    select
        report,
        cohort_date,
        'all_time' as period_kind,
        'all time' as period
    from cohort_day

),

stratum as (

    select
        report,
        person_id,
        cohort_date,
        stratifier,
        stratum
    from {{ ref('fct_cohort_stratum') }}
    where report in (select report_level.report from report_level)

),

stratified as (

    select
        report,
        population,
        cohort_date,
        organisation,
        span_from,
        'all' as stratifier,
        'all' as stratum
    from attributed

    union all

    select
        attributed.report,
        attributed.population,
        attributed.cohort_date,
        attributed.organisation,
        attributed.span_from,
        stratum.stratifier,
        stratum.stratum
    from attributed
    inner join stratum
        on
            attributed.report = stratum.report
            and attributed.person_id = stratum.person_id
            and attributed.cohort_date is not distinct from stratum.cohort_date

),

counted as (

    select
        stratified.report,
        cohort_period.period_kind,
        cohort_period.period,
        report_level.level_name,
        coalesce(membership.entity, 'not attributed') as entity,
        stratified.stratifier,
        stratified.stratum,
        count(*) as n_keys
    from stratified
    inner join cohort_period
        on
            stratified.report = cohort_period.report
            -- an equality that engines can hash; the next line decides
            and coalesce(stratified.cohort_date, cast('1000-01-01' as date))
            = coalesce(cohort_period.cohort_date, cast('1000-01-01' as date))
            and stratified.cohort_date is not distinct from cohort_period.cohort_date
    inner join report_level
        on stratified.report = report_level.report
    left join membership
        on
            stratified.population = membership.population
            and stratified.organisation = membership.organisation
            and stratified.span_from = membership.span_from
            and report_level.level_name = membership.level_name
    group by
        stratified.report,
        cohort_period.period_kind,
        cohort_period.period,
        report_level.level_name,
        coalesce(membership.entity, 'not attributed'),
        stratified.stratifier,
        stratified.stratum

),

used_period as (

    select
        report,
        period_kind,
        period
    from cohort_period

    union

    select
        report,
        'all_time' as period_kind,
        'all time' as period
    from report_level

),

used_stratum as (

    select
        report,
        stratifier,
        stratum
    from stratum

    union

    select
        report,
        'all' as stratifier,
        'all' as stratum
    from report_level

),

entity as (

    select distinct
        report_level.report,
        report_level.level_name,
        membership.entity
    from report_level
    inner join membership
        on
            report_level.population = membership.population
            and report_level.level_name = membership.level_name

    union

    select
        report,
        level_name,
        'not attributed' as entity
    from report_level

),

-- zeros for the whole grid are added to the counts, as in agg_indicator_by_level
added as (

    select
        entity.report,
        used_period.period_kind,
        used_period.period,
        entity.level_name,
        entity.entity,
        used_stratum.stratifier,
        used_stratum.stratum,
        0 as n_keys
    from entity
    inner join used_period
        on entity.report = used_period.report
    inner join used_stratum
        on entity.report = used_stratum.report

    union all

    select
        report,
        period_kind,
        period,
        level_name,
        entity,
        stratifier,
        stratum,
        n_keys
    from counted

),

summed as (

    select
        report,
        period_kind,
        period,
        level_name,
        entity,
        stratifier,
        stratum,
        cast(sum(n_keys) as bigint) as n_keys
    from added
    group by report, period_kind, period, level_name, entity, stratifier, stratum

),

final as (

    select
        summed.report,
        summed.period_kind,
        summed.period,
        report_level.level_order,
        summed.level_name,
        summed.entity,
        summed.stratifier,
        summed.stratum,
        summed.n_keys,
        max(case when summed.stratifier = 'all' then summed.n_keys end) over (
            partition by summed.report, summed.period_kind, summed.period, summed.level_name, summed.entity
        ) as of_keys,
        run_context.as_of
    from summed
    inner join report_level
        on
            summed.report = report_level.report
            and summed.level_name = report_level.level_name
    cross join run_context

)

select
    report,
    period_kind,
    period,
    level_order,
    level_name,
    entity,
    stratifier,
    stratum,
    n_keys,
    of_keys,
    cast({{ rounded_ratio('n_keys', 'of_keys', 6) }} as numeric(18, 6)) as share_of_keys,
    as_of
from final
