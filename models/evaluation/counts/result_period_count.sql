-- How many counted keys of an indicator have each status in each period and stratum in which it has any.
with

day_count as (

    select
        report,
        indicator,
        stratifier,
        stratum,
        day_key,
        status,
        sum(n_keys) as n_keys
    from {{ ref('result_day_count') }}
    group by report, indicator, stratifier, stratum, day_key, status

),

day_period as (

    select
        day_key,
        period_kind,
        period
    from {{ ref('result_day_period') }}

)

select
    day_count.report,
    day_count.indicator,
    day_period.period_kind,
    day_period.period,
    day_count.stratifier,
    day_count.stratum,
    cast(sum(case when day_count.status = 'met' then day_count.n_keys else 0 end) as bigint) as met,
    cast(sum(case when day_count.status = 'not_met' then day_count.n_keys else 0 end) as bigint) as not_met,
    cast(sum(case when day_count.status = 'exception' then day_count.n_keys else 0 end) as bigint) as exception,
    cast(sum(case when day_count.status = 'unresolved' then day_count.n_keys else 0 end) as bigint) as unresolved,
    cast(sum(case when day_count.status = 'excluded' then day_count.n_keys else 0 end) as bigint) as excluded,
    cast(sum(case when day_count.status = 'ineligible' then day_count.n_keys else 0 end) as bigint) as ineligible
from day_count
inner join day_period
    on day_count.day_key = day_period.day_key
group by
    day_count.report,
    day_count.indicator,
    day_period.period_kind,
    day_period.period,
    day_count.stratifier,
    day_count.stratum
