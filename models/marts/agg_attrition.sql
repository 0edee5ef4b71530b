-- One row per report, indicator, period and step: how many keys and persons are left, from everyone to those who got
-- the care (seeds/reference/attrition_step.csv says what each step is). Each step holds the next, so a key is counted
-- up to the furthest step that it reaches, and a person up to the furthest that any of its keys in the period reaches.
with

step as (

    select
        position as step_order,
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
        indicator_key,
        report,
        indicator,
        version
    from {{ ref('dim_indicator') }}
    where is_available

),

run_context as (

    select as_of
    from {{ ref('run_context') }}

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

used_period as (

    select distinct
        report,
        period_kind,
        period
    from {{ ref('result_day_period') }}

    union

    select
        report,
        'all_time' as period_kind,
        'all time' as period
    from report

),

-- every step of every indicator in every period that its report has, with zeros to which the counts are added
counted as (

    select
        indicator.report,
        indicator.indicator,
        used_period.period_kind,
        used_period.period,
        step.step_order as furthest,
        0 as n_keys,
        0 as n_persons
    from indicator
    inner join used_period
        on indicator.report = used_period.report
    cross join step

    union all

    select
        report,
        indicator,
        period_kind,
        period,
        furthest,
        n_keys,
        n_persons
    from {{ ref('result_step_count') }}

),

stopped as (

    select
        report,
        indicator,
        period_kind,
        period,
        furthest,
        sum(n_keys) as n_keys,
        sum(n_persons) as n_persons
    from counted
    group by report, indicator, period_kind, period, furthest

),

-- What reaches a step and no further, together with what goes further.
reached as (

    select
        report,
        report || '.' || indicator as indicator_key,
        indicator,
        period_kind,
        period,
        furthest as step_position,
        sum(n_keys) over (
            partition by report, indicator, period_kind, period
            order by furthest desc
        ) as n_keys,
        sum(n_persons) over (
            partition by report, indicator, period_kind, period
            order by furthest desc
        ) as n_persons
    from stopped

),

final as (

    -- joined by one column each: of more columns PostgreSQL may sort by one and compare all rows that are alike in it
    select
        reached.indicator_key,
        reached.report,
        reached.indicator,
        indicator.version,
        reached.period_kind,
        reached.period,
        step.step_order,
        step.step,
        step.title,
        case when step.step = 'everyone' then everyone.n_keys else reached.n_keys end as n_keys,
        case when step.step = 'everyone' then everyone.n_persons else reached.n_persons end as n_persons,
        run_context.as_of
    from reached
    inner join indicator
        on reached.indicator_key = indicator.indicator_key
    inner join step
        on reached.step_position = step.step_order
    inner join everyone
        on reached.report = everyone.report
    cross join run_context

)

select
    indicator_key,
    report || '.' || period_kind || '.' || period as period_key,
    report,
    indicator,
    version,
    period_kind,
    period,
    step_order,
    step,
    title,
    cast(n_keys as bigint) as n_keys,
    cast(n_persons as bigint) as n_persons,
    as_of
from final
