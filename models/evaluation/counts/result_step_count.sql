-- How many keys and persons of an indicator reach each step of its attrition and no further, in each period in which it
-- has any (seeds/reference/attrition_step.csv numbers the steps; agg_attrition adds them up). A person counts once in a
-- period, with the furthest step that any of its keys in the period reaches.
with

result as (

    select
        report,
        indicator,
        person_id,
        period_date,
        case
            when not is_counted then 2
            when status = 'ineligible' then 3
            when status = 'excluded' then 4
            when status = 'unresolved' then 5
            when status = 'exception' then 6
            when status = 'not_met' then 7
            when status = 'met' then 8
        end as furthest
    from {{ ref('indicator_result') }}

),

day_period as (

    select
        day_key,
        period_kind,
        period
    from {{ ref('result_day_period') }}

),

key_day as (

    select
        report,
        indicator,
        report || '.' || coalesce({{ to_text('period_date') }}, '') as day_key,
        furthest,
        count(*) as n_keys
    from result
    group by report, indicator, period_date, furthest

),

-- Most persons have all results of an indicator on one day, or none on any: they are counted by day, like keys.
person as (

    select
        report,
        indicator,
        person_id,
        min(period_date) as period_date,
        max(furthest) as furthest,
        case
            when count(period_date) = 0 then true
            else count(period_date) = count(*) and min(period_date) = max(period_date)
        end as has_one_day
    from result
    group by report, indicator, person_id

),

person_day as (

    select
        report,
        indicator,
        report || '.' || coalesce({{ to_text('period_date') }}, '') as day_key,
        furthest,
        count(*) as n_persons
    from person
    where has_one_day
    group by report, indicator, period_date, furthest

),

-- The others count once in each period, in the row of the furthest step that they reach in it.
person_of_days as (

    select
        result.report,
        result.indicator,
        result.person_id,
        result.report || '.' || coalesce({{ to_text('result.period_date') }}, '') as day_key,
        max(result.furthest) as furthest
    from result
    inner join person
        on
            result.report = person.report
            and result.indicator = person.indicator
            and result.person_id = person.person_id
    where not person.has_one_day
    group by result.report, result.indicator, result.person_id, result.period_date

),

person_period as (

    select
        person_of_days.report,
        person_of_days.indicator,
        day_period.period_kind,
        day_period.period,
        person_of_days.person_id,
        max(person_of_days.furthest) as furthest
    from person_of_days
    inner join day_period
        on person_of_days.day_key = day_period.day_key
    group by
        person_of_days.report,
        person_of_days.indicator,
        day_period.period_kind,
        day_period.period,
        person_of_days.person_id

),

day_count as (

    select
        report,
        indicator,
        day_key,
        furthest,
        n_keys,
        0 as n_persons
    from key_day

    union all

    select
        report,
        indicator,
        day_key,
        furthest,
        0 as n_keys,
        n_persons
    from person_day

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
