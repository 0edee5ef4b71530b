-- One row per report, indicator and cohort key (or person, for indicators of person grain): the status and both dates.
-- A view: indicator_result holds these rows already.
{{ config(materialized='view') }}

with

result as (

    select
        report,
        population,
        indicator,
        person_id,
        episode_id,
        measure_resolver,
        cohort_date,
        status,
        reason,
        reason_code,
        reason_measure,
        denominator_date,
        numerator_date,
        days_between,
        nearest_date,
        days_outside,
        nearest_value,
        period_date,
        is_counted
    from {{ ref('indicator_result') }}

),

run_context as (

    select as_of
    from {{ ref('run_context') }}

),

indicator as (

    select
        report,
        indicator,
        version
    from {{ ref('dim_indicator') }}

),

final as (

    select
        result.report,
        result.population,
        result.indicator,
        indicator.version,
        result.person_id,
        result.episode_id,
        result.measure_resolver,
        result.cohort_date,
        result.status,
        result.reason,
        result.reason_code,
        result.reason_measure,
        result.denominator_date,
        result.numerator_date,
        result.days_between,
        result.nearest_date,
        result.days_outside,
        result.nearest_value,
        result.period_date,
        result.is_counted,
        run_context.as_of
    from result
    inner join indicator
        on
            result.report = indicator.report
            and result.indicator = indicator.indicator
    cross join run_context

)

select
    report,
    population,
    indicator,
    version,
    report || '.' || indicator as indicator_key,
    population || '.' || {{ to_text('person_id') }} as person_key,
    population || '.' || {{ to_text('person_id') }} || '.' || {{ to_text('episode_id') }} as episode_key,
    person_id,
    episode_id,
    measure_resolver,
    cohort_date,
    status,
    reason,
    reason_code,
    reason_measure,
    denominator_date,
    numerator_date,
    days_between,
    nearest_date,
    days_outside,
    nearest_value,
    period_date,
    is_counted,
    as_of
from final
