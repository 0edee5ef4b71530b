-- One row per report, indicator, period and step: how many keys and persons are left, from everyone to those who got
-- the care (seeds/reference/attrition_step.csv says what each step is). Each step holds the next, so a key is counted
-- up to the furthest step that it reaches, and a person up to the furthest that any of its keys in the period reaches.
with

step as (

    select
        position,
        step,
        title
    from {{ ref('attrition_step') }}

),

report as (

    select
        report,
        population,
        grain
    from {{ ref('dim_report') }}
    where is_built

),

indicator as (

    select
        report,
        indicator,
        version
    from {{ ref('dim_indicator') }}
    where is_available

),

day_period as (

    select
        report,
        period_date,
        period_kind,
        period
    from {{ ref('result_day_period') }}

),

run_context as (

    select as_of
    from {{ ref('run_context') }}

),

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

person_count as (

    select
        population,
        count(*) as n_persons
    from {{ ref('dim_person') }}
    group by population

),

episode_count as (

    select
        population,
        count(*) as n_episodes
    from {{ ref('dim_episode') }}
    group by population

),

everyone as (

    select
        report.report,
        coalesce(person_count.n_persons, 0) as n_persons,
        case report.grain
            when 'person' then coalesce(person_count.n_persons, 0)
            when 'episode' then coalesce(episode_count.n_episodes, 0)
        end as n_keys
    from report
    left join person_count
        on report.population = person_count.population
    left join episode_count
        on report.population = episode_count.population

),

key_day as (

    select
        report,
        indicator,
        period_date,
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
        period_date,
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
        result.period_date,
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
        on
            person_of_days.report = day_period.report
            -- an equality that engines can hash; the next line decides
            and coalesce(person_of_days.period_date, cast('1000-01-01' as date))
            = coalesce(day_period.period_date, cast('1000-01-01' as date))
            and person_of_days.period_date is not distinct from day_period.period_date
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
        period_date,
        furthest,
        n_keys,
        0 as n_persons
    from key_day

    union all

    select
        report,
        indicator,
        period_date,
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
        on
            day_count.report = day_period.report
            -- as above
            and coalesce(day_count.period_date, cast('1000-01-01' as date))
            = coalesce(day_period.period_date, cast('1000-01-01' as date))
            and day_count.period_date is not distinct from day_period.period_date

    union all

    select
        report,
        indicator,
        period_kind,
        period,
        furthest,
        0 as n_keys,
        count(*) as n_persons
    from person_period
    group by report, indicator, period_kind, period, furthest

),

by_furthest as (

    select
        report,
        indicator,
        period_kind,
        period,
        furthest,
        sum(n_keys) as n_keys,
        sum(n_persons) as n_persons
    from period_count
    group by report, indicator, period_kind, period, furthest

),

used_period as (

    select
        report,
        period_kind,
        period
    from day_period

    union

    select
        report,
        'all_time' as period_kind,
        'all time' as period
    from report

),

grid as (

    select
        indicator.report,
        indicator.indicator,
        indicator.version,
        used_period.period_kind,
        used_period.period,
        step.position,
        step.step,
        step.title
    from indicator
    inner join used_period
        on indicator.report = used_period.report
    cross join step

),

reached as (

    select
        grid.report,
        grid.indicator,
        grid.version,
        grid.period_kind,
        grid.period,
        grid.position,
        grid.step,
        grid.title,
        coalesce(sum(by_furthest.n_keys), 0) as n_keys,
        coalesce(sum(by_furthest.n_persons), 0) as n_persons
    from grid
    left join by_furthest
        on
            grid.report = by_furthest.report
            and grid.indicator = by_furthest.indicator
            and grid.period_kind = by_furthest.period_kind
            and grid.period = by_furthest.period
            and grid.position <= by_furthest.furthest
    group by
        grid.report,
        grid.indicator,
        grid.version,
        grid.period_kind,
        grid.period,
        grid.position,
        grid.step,
        grid.title

),

final as (

    select
        reached.report,
        reached.indicator,
        reached.version,
        reached.period_kind,
        reached.period,
        reached.position,
        reached.step,
        reached.title,
        case when reached.step = 'everyone' then everyone.n_keys else reached.n_keys end as n_keys,
        case when reached.step = 'everyone' then everyone.n_persons else reached.n_persons end as n_persons,
        run_context.as_of
    from reached
    inner join everyone
        on reached.report = everyone.report
    cross join run_context

)

select
    report || '.' || indicator as indicator_key,
    report || '.' || period_kind || '.' || period as period_key,
    report,
    indicator,
    version,
    period_kind,
    period,
    position,
    step,
    title,
    cast(n_keys as bigint) as n_keys,
    cast(n_persons as bigint) as n_persons,
    as_of
from final
