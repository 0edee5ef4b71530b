-- Which organisation each key of a report with levels counts for on its day, under every rule of attribution of its
-- population, and of the extensions that it sees; the report's own is marked. The day is the cohort date, as_of where
-- that is not known. Of several rows of a rule that hold the day, the one that began last counts, then the lowest
-- organisation.
with

report as (

    select distinct
        report_level.report,
        report.population,
        report_level.attribution
    from {{ ref('catalogue_report_level') }} as report_level
    inner join {{ ref('catalogue_report') }} as report
        on report_level.report = report.report
    inner join {{ ref('known_pack') }} as known_pack
        on report.pack = known_pack.pack
    where known_pack.is_built

),

run_context as (

    select as_of
    from {{ ref('run_context') }}

),

report_key as (

    select
        result.report,
        report.population,
        report.attribution as chosen,
        result.person_id,
        result.episode_id,
        result.measure_resolver,
        result.cohort_date,
        coalesce(result.cohort_date, run_context.as_of) as attributed_on,
        max(case when result.is_counted then 1 else 0 end) = 1 as is_counted
    from {{ ref('indicator_result') }} as result
    inner join report
        on result.report = report.report
    cross join run_context
    group by
        result.report,
        report.population,
        report.attribution,
        result.person_id,
        result.episode_id,
        result.measure_resolver,
        result.cohort_date,
        coalesce(result.cohort_date, run_context.as_of)

),

rule_row as (

    select distinct
        population,
        attribution,
        by_episode,
        person_id,
        episode_id,
        organisation,
        coalesce(valid_from, cast('0001-01-01' as date)) as first_day,
        coalesce(valid_to, cast('9999-12-31' as date)) as last_day
    from {{ ref('organisation_attribution') }}

),

attribution as (

    -- every rule, whether or not the source has a row for it: then everyone is without an organisation
    select
        report,
        attribution
    from {{ ref('catalogue_attribution') }}

),

span as (

    select distinct
        population,
        organisation,
        span_from,
        span_to
    from {{ ref('organisation_membership') }}

),

candidate as (

    select
        report_key.report,
        report_key.person_id,
        report_key.episode_id,
        report_key.measure_resolver,
        report_key.cohort_date,
        rule_row.attribution,
        rule_row.organisation,
        row_number() over (
            partition by
                report_key.report,
                report_key.person_id,
                report_key.episode_id,
                report_key.measure_resolver,
                report_key.cohort_date,
                rule_row.attribution
            order by
                rule_row.first_day desc,
                rule_row.organisation asc,
                rule_row.last_day desc,
                rule_row.episode_id asc
        ) as place
    from report_key
    inner join rule_row
        on
            report_key.population = rule_row.population
            and report_key.person_id = rule_row.person_id
            and report_key.attributed_on between rule_row.first_day and rule_row.last_day
            and (
                not rule_row.by_episode
                or report_key.episode_id is null
                or report_key.episode_id = rule_row.episode_id
            )

),

final as (

    select
        report_key.report,
        report_key.population,
        attribution.attribution,
        attribution.attribution = report_key.chosen as is_chosen,
        report_key.person_id,
        report_key.episode_id,
        report_key.measure_resolver,
        report_key.cohort_date,
        report_key.attributed_on,
        report_key.is_counted,
        candidate.organisation,
        span.span_from
    from report_key
    inner join attribution
        on report_key.report = attribution.report
    left join candidate
        on
            report_key.report = candidate.report
            and report_key.person_id = candidate.person_id
            and report_key.measure_resolver = candidate.measure_resolver
            and report_key.episode_id is not distinct from candidate.episode_id
            and report_key.cohort_date is not distinct from candidate.cohort_date
            and attribution.attribution = candidate.attribution
            and candidate.place = 1
    left join span
        on
            report_key.population = span.population
            and candidate.organisation = span.organisation
            and report_key.attributed_on between span.span_from and span.span_to

)

select
    report,
    population,
    attribution,
    is_chosen,
    person_id,
    episode_id,
    measure_resolver,
    cohort_date,
    attributed_on,
    is_counted,
    organisation,
    span_from
from final
