-- How many keys and persons of an indicator reach each step of its attrition and no further, in each period in which it
-- has any (seeds/reference/attrition_step.csv numbers the steps; agg_attrition adds them up). A person counts once in a
-- period, with the furthest step that any of its keys in the period reaches.
with

-- Most persons have one key in a report, thus one result of each indicator: counted by day, they are as many as keys.
person_of_keys as (

    select
        report,
        person_id
    from {{ ref('report_cohort_keys') }}
    group by report, person_id
    having count(*) > 1

),

-- person_of_keys: the person, of the results of persons with several keys
same_result as (

    select
        report,
        indicator,
        period_date,
        is_counted,
        status,
        cast(null as bigint) as person_of_keys,
        count(*) as n_keys
    from {{ ref('indicator_result') }}
    group by report, indicator, period_date, is_counted, status

    union all

    select
        indicator_result.report,
        indicator_result.indicator,
        indicator_result.period_date,
        indicator_result.is_counted,
        indicator_result.status,
        indicator_result.person_id as person_of_keys,
        count(*) as n_keys
    from {{ ref('indicator_result') }} as indicator_result
    inner join person_of_keys
        on
            indicator_result.report = person_of_keys.report
            and indicator_result.person_id = person_of_keys.person_id
    group by
        indicator_result.report,
        indicator_result.indicator,
        indicator_result.period_date,
        indicator_result.is_counted,
        indicator_result.status,
        indicator_result.person_id

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
        sum(case when person_of_keys is null then n_keys else 0 end) as n_keys,
        sum(case when person_of_keys is null then n_keys else -n_keys end) as n_persons
    from result
    group by report, indicator, day_key, furthest

),

indicator as (

    select
        report,
        indicator,
        row_number() over (order by report, indicator) as indicator_number
    from result
    group by report, indicator

),

period as (

    select
        period_kind,
        period,
        row_number() over (order by period_kind, period) as period_number
    from day_period
    group by period_kind, period

),

-- Persons of several keys are taken out of the count by day, and count once in each period, in the row of the furthest
-- step that they reach in it. They are many beside days: numbers stand for their indicators and periods.
person_day as (

    select
        indicator.indicator_number,
        result.day_key,
        result.person_of_keys,
        result.furthest
    from result
    inner join indicator
        on
            result.report = indicator.report
            and result.indicator = indicator.indicator
    where result.person_of_keys is not null

),

numbered_day as (

    select
        day_period.day_key,
        period.period_number
    from day_period
    inner join period
        on
            day_period.period_kind = period.period_kind
            and day_period.period = period.period

),

person_period as (

    select
        person_day.indicator_number,
        numbered_day.period_number,
        person_day.person_of_keys,
        max(person_day.furthest) as furthest
    from person_day
    inner join numbered_day
        on person_day.day_key = numbered_day.day_key
    group by person_day.indicator_number, numbered_day.period_number, person_day.person_of_keys

),

person_count as (

    select
        indicator_number,
        period_number,
        furthest,
        count(*) as n_persons
    from person_period
    group by indicator_number, period_number, furthest

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
        indicator.report,
        indicator.indicator,
        period.period_kind,
        period.period,
        person_count.furthest,
        0 as n_keys,
        person_count.n_persons
    from person_count
    inner join indicator
        on person_count.indicator_number = indicator.indicator_number
    inner join period
        on person_count.period_number = period.period_number

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
