-- How many counted keys have the same answer on the same day, for the whole report (the stratum all of the stratifier
-- all) and for each stratum. What is counted by period is added up from here: days are few where results are many.
with

result as (

    select
        report,
        indicator,
        person_id,
        cohort_date,
        period_date,
        status,
        case when status = 'met' then days_between end as days_to_met
    from {{ ref('indicator_result') }}
    where is_counted

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

counted as (

    select
        report,
        indicator,
        'all' as stratifier,
        'all' as stratum,
        period_date,
        status,
        days_to_met,
        cast(count(*) as bigint) as n_keys
    from result
    group by report, indicator, period_date, status, days_to_met

    union all

    select
        result.report,
        result.indicator,
        stratum.stratifier,
        stratum.stratum,
        result.period_date,
        result.status,
        result.days_to_met,
        cast(count(*) as bigint) as n_keys
    from result
    inner join stratum
        on
            result.report = stratum.report
            and result.person_id = stratum.person_id
            and result.cohort_date is not distinct from stratum.cohort_date
    group by
        result.report,
        result.indicator,
        stratum.stratifier,
        stratum.stratum,
        result.period_date,
        result.status,
        result.days_to_met

)

select
    report,
    indicator,
    stratifier,
    stratum,
    period_date,
    report || '.' || coalesce({{ to_text('period_date') }}, '') as day_key,
    status,
    days_to_met,
    n_keys
from counted
