-- How many keys and persons of an indicator reach each step of its attrition and no further, in each period in which it
-- has any (seeds/reference/attrition_step.csv numbers the steps; agg_attrition adds them up). A person counts once in a
-- period, with the furthest step that any of its keys in the period reaches.
with

-- Most persons have one key in a report, thus one result of each indicator: they are counted by day, like keys.
person_of_keys as (

    select
        report,
        person_id
    from {{ ref('report_cohort_keys') }}
    group by report, person_id
    having count(*) > 1

),

-- person_of_keys: the person, where it has several keys
same_result as (

    select
        indicator_result.report,
        indicator_result.indicator,
        indicator_result.period_date,
        indicator_result.is_counted,
        indicator_result.status,
        person_of_keys.person_id as person_of_keys,
        count(*) as n_keys
    from {{ ref('indicator_result') }} as indicator_result
    left join person_of_keys
        on
            indicator_result.report = person_of_keys.report
            and indicator_result.person_id = person_of_keys.person_id
    group by
        indicator_result.report,
        indicator_result.indicator,
        indicator_result.period_date,
        indicator_result.is_counted,
        indicator_result.status,
        person_of_keys.person_id

),

result as (

    select
        report,
        indicator,
        report || '.' || coalesce({{ to_text('period_date') }}, '') as day_key,
        person_of_keys,
        n_keys,
        case
            when not is_counted then 2
            when status = 'ineligible' then 3
            when status = 'excluded' then 4
            when status = 'unresolved' then 5
            when status = 'exception' then 6
            when status = 'not_met' then 7
            when status = 'met' then 8
        end as furthest
    from same_result

),

day_period as (

    select
        day_key,
        period_kind,
        period
    from {{ ref('result_day_period') }}

),

day_count as (

    select
        report,
        indicator,
        day_key,
        furthest,
        sum(n_keys) as n_keys,
        sum(case when person_of_keys is null then n_keys else 0 end) as n_persons
    from result
    group by report, indicator, day_key, furthest

),

-- The others count once in each period, in the row of the furthest step that they reach in it.
person_period as (

    select
        result.report,
        result.indicator,
        day_period.period_kind,
        day_period.period,
        result.person_of_keys,
        max(result.furthest) as furthest
    from result
    inner join day_period
        on result.day_key = day_period.day_key
    where result.person_of_keys is not null
    group by
        result.report,
        result.indicator,
        day_period.period_kind,
        day_period.period,
        result.person_of_keys

),

period_count as (

    select
        day_count.report,
        day_count.indicator,
        day_period.period_kind,
        day_period.period,
        day_count.furthest,
        day_count.n_keys,
        day_count.n_persons
    from day_count
    inner join day_period
        on day_count.day_key = day_period.day_key

    union all

    select
        report,
        indicator,
        period_kind,
        period,
        furthest,
        0 as n_keys,
        1 as n_persons
    from person_period

)

select
    report,
    indicator,
    period_kind,
    period,
    cast(furthest as bigint) as furthest,
    cast(sum(n_keys) as bigint) as n_keys,
    cast(sum(n_persons) as bigint) as n_persons
from period_count
group by report, indicator, period_kind, period, furthest
