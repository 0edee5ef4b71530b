{{ config(post_hook="{{ e12_export('kpi_aggregates', 'level, code, cohort, kpi') }}") }}

-- Scores of counted children per level, entity and audit cohort. Every entity stands in every cohort that has a
-- registered child, also where it has none itself: then all four numbers are 0. `level` is the audit's own word.
with

result as (

    select
        indicator,
        person_id,
        episode_id,
        status,
        period_date,
        is_counted
    from {{ ref('fct_indicator_result') }}
    where report = 'epilepsy12'

),

score as (

    select
        indicator,
        kpi
    from {{ ref('epilepsy12_kpi') }}

),

audit_cohort as (

    select
        cast(replace(period, 'cohort_', '') as bigint) as cohort,
        start_date,
        end_date
    from {{ ref('report_period') }}
    where
        report = 'epilepsy12'
        and period_kind = 'named'

),

attribution as (

    select
        episode_id,
        organisation
    from {{ ref('e12_attribution') }}
    where attribution = '{{ setting('e12_attribution') }}'

),

organisation_level as (

    select
        organisation,
        level_name,
        entity,
        valid_from,
        valid_to
    from {{ ref('e12_organisation_level') }}

),

entity as (

    select distinct
        level_name,
        entity
    from organisation_level

),

used_cohort as (

    select distinct
        audit_cohort.cohort,
        audit_cohort.start_date,
        audit_cohort.end_date
    from result
    inner join audit_cohort
        on result.period_date between audit_cohort.start_date and audit_cohort.end_date

),

-- a child counts once for an entity, however many ways lead there
placed as (

    select distinct
        organisation_level.level_name,
        organisation_level.entity,
        used_cohort.cohort,
        result.indicator,
        result.person_id,
        result.status
    from result
    inner join used_cohort
        on result.period_date between used_cohort.start_date and used_cohort.end_date
    inner join attribution
        on result.episode_id = attribution.episode_id
    inner join organisation_level
        on
            attribution.organisation = organisation_level.organisation
            and (organisation_level.valid_from is null or result.period_date >= organisation_level.valid_from)
            and (organisation_level.valid_to is null or result.period_date <= organisation_level.valid_to)
    where result.is_counted

),

counted as (

    select
        level_name,
        entity,
        cohort,
        indicator,
        sum(case when status = 'met' then 1 else 0 end) as passed,
        sum(case when status in ('met', 'not_met') then 1 else 0 end) as total_eligible,
        sum(case when status = 'ineligible' then 1 else 0 end) as ineligible,
        sum(case when status = 'unresolved' then 1 else 0 end) as incomplete
    from placed
    group by level_name, entity, cohort, indicator

)

select
    entity.level_name as level,  -- noqa: RF04
    entity.entity as code,
    used_cohort.cohort,
    score.kpi,
    cast(coalesce(counted.passed, 0) as bigint) as passed,
    cast(coalesce(counted.total_eligible, 0) as bigint) as total_eligible,
    cast(coalesce(counted.ineligible, 0) as bigint) as ineligible,
    cast(coalesce(counted.incomplete, 0) as bigint) as incomplete
from entity
cross join used_cohort
cross join score
left join counted
    on
        entity.level_name = counted.level_name
        and entity.entity = counted.entity
        and used_cohort.cohort = counted.cohort
        and score.indicator = counted.indicator
