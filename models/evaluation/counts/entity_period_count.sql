-- How many counted keys of an indicator have each status in each period, stratum and entity in which it has any.
-- Results are counted once by organisation and span, and these counts are added up by entity, which is exact since a
-- key has one organisation and an organisation stands once in an entity (organisation_membership). Keys that count for
-- no entity of a level stand at that level as the entity `not attributed`, so that a level's rows hold everyone.
with

attributed as (

    select
        report,
        population,
        person_id,
        episode_id,
        measure_resolver,
        cohort_date,
        organisation,
        span_from
    from {{ ref('report_attribution') }}
    where is_chosen

),

known_result as (

    select
        result.report,
        result.indicator,
        result.person_id,
        result.cohort_date,
        result.status,
        result.period_date,
        attributed.population,
        attributed.organisation,
        attributed.span_from
    from {{ ref('indicator_result') }} as result
    inner join attributed
        on
            result.report = attributed.report
            and result.person_id = attributed.person_id
            and result.measure_resolver = attributed.measure_resolver
            and result.episode_id is not distinct from attributed.episode_id
            and result.cohort_date is not distinct from attributed.cohort_date
    where result.is_counted

),

stratum as (

    select
        report,
        person_id,
        cohort_date,
        stratifier,
        stratum
    from {{ ref('report_strata') }}

),

result as (

    -- once for the whole report, and once for each stratifier
    select
        report,
        indicator,
        status,
        period_date,
        'all' as stratifier,
        'all' as stratum,
        population,
        organisation,
        span_from
    from known_result

    union all

    select
        known_result.report,
        known_result.indicator,
        known_result.status,
        known_result.period_date,
        stratum.stratifier,
        stratum.stratum,
        known_result.population,
        known_result.organisation,
        known_result.span_from
    from known_result
    inner join stratum
        on
            known_result.report = stratum.report
            and known_result.person_id = stratum.person_id
            and known_result.cohort_date is not distinct from stratum.cohort_date

),

by_day as (

    select
        report,
        indicator,
        stratifier,
        stratum,
        population,
        organisation,
        span_from,
        report || '.' || coalesce({{ to_text('period_date') }}, '') as day_key,
        sum(case when status = 'met' then 1 else 0 end) as met,
        sum(case when status = 'not_met' then 1 else 0 end) as not_met,
        sum(case when status = 'exception' then 1 else 0 end) as exception,
        sum(case when status = 'unresolved' then 1 else 0 end) as unresolved,
        sum(case when status = 'excluded' then 1 else 0 end) as excluded,
        sum(case when status = 'ineligible' then 1 else 0 end) as ineligible
    from result
    group by report, indicator, stratifier, stratum, population, organisation, span_from, period_date

),

day_period as (

    select
        day_key,
        period_kind,
        period
    from {{ ref('result_day_period') }}

),

by_organisation as (

    select
        by_day.report,
        by_day.indicator,
        day_period.period_kind,
        day_period.period,
        by_day.stratifier,
        by_day.stratum,
        by_day.population,
        by_day.organisation,
        by_day.span_from,
        sum(by_day.met) as met,
        sum(by_day.not_met) as not_met,
        sum(by_day.exception) as exception,
        sum(by_day.unresolved) as unresolved,
        sum(by_day.excluded) as excluded,
        sum(by_day.ineligible) as ineligible
    from by_day
    inner join day_period
        on by_day.day_key = day_period.day_key
    group by
        by_day.report,
        by_day.indicator,
        day_period.period_kind,
        day_period.period,
        by_day.stratifier,
        by_day.stratum,
        by_day.population,
        by_day.organisation,
        by_day.span_from

),

report_level as (

    select
        report,
        level_name
    from {{ ref('catalogue_report_level') }}

),

membership as (

    select
        population,
        organisation,
        span_from,
        level_name,
        entity
    from {{ ref('organisation_membership') }}

)

select
    by_organisation.report,
    by_organisation.indicator,
    by_organisation.period_kind,
    by_organisation.period,
    by_organisation.stratifier,
    by_organisation.stratum,
    report_level.level_name,
    coalesce(membership.entity, 'not attributed') as entity,
    cast(sum(by_organisation.met) as bigint) as met,
    cast(sum(by_organisation.not_met) as bigint) as not_met,
    cast(sum(by_organisation.exception) as bigint) as exception,
    cast(sum(by_organisation.unresolved) as bigint) as unresolved,
    cast(sum(by_organisation.excluded) as bigint) as excluded,
    cast(sum(by_organisation.ineligible) as bigint) as ineligible
from by_organisation
inner join report_level
    on by_organisation.report = report_level.report
left join membership
    on
        by_organisation.population = membership.population
        and by_organisation.organisation = membership.organisation
        and by_organisation.span_from = membership.span_from
        and report_level.level_name = membership.level_name
group by
    by_organisation.report,
    by_organisation.indicator,
    by_organisation.period_kind,
    by_organisation.period,
    by_organisation.stratifier,
    by_organisation.stratum,
    report_level.level_name,
    coalesce(membership.entity, 'not attributed')
