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

report_period as (

    select
        report,
        period_kind,
        period,
        start_date,
        end_date
    from {{ ref('report_period') }}

),

calendar as (

    select
        min(start_date) as first_day,
        max(end_date) as last_day
    from {{ ref('reference_period') }}
    where period_kind = 'year'

),

run_context as (

    select as_of
    from {{ ref('run_context') }}

),

result as (

    select
        result.report,
        result.indicator,
        result.person_id,
        result.period_date,
        result.period_date between calendar.first_day and calendar.last_day as is_in_calendar,
        case
            when not result.is_counted then 2
            when result.status = 'ineligible' then 3
            when result.status = 'excluded' then 4
            when result.status = 'unresolved' then 5
            when result.status = 'exception' then 6
            when result.status = 'not_met' then 7
            when result.status = 'met' then 8
        end as furthest
    from {{ ref('fct_indicator_result') }} as result
    cross join calendar

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

placed as (

    select
        result.report,
        result.indicator,
        report_period.period_kind,
        report_period.period,
        result.person_id,
        result.furthest
    from result
    inner join report_period
        on
            result.report = report_period.report
            and result.period_date between report_period.start_date and report_period.end_date
    where
        result.is_in_calendar
        or report_period.period_kind = 'named'

    union all

    select
        report,
        indicator,
        'outside_calendar' as period_kind,
        'outside the calendar' as period,
        person_id,
        furthest
    from result
    where not is_in_calendar

    union all

    select
        report,
        indicator,
        'undated' as period_kind,
        'undated' as period,
        person_id,
        furthest
    from result
    where period_date is null

    union all

    select
        report,
        indicator,
        'all_time' as period_kind,
        'all time' as period,
        person_id,
        furthest
    from result

),

used_period as (

    select distinct
        report,
        period_kind,
        period
    from placed

    union

    select
        report,
        'all_time' as period_kind,
        'all time' as period
    from report

),

by_person as (

    select
        report,
        indicator,
        period_kind,
        period,
        person_id,
        furthest,
        count(*) as n_keys,
        max(furthest) over (
            partition by report, indicator, period_kind, period, person_id
        ) as person_furthest
    from placed
    group by report, indicator, period_kind, period, person_id, furthest

),

-- A person counts once, in the row of the furthest step that it reaches.
by_furthest as (

    select
        report,
        indicator,
        period_kind,
        period,
        furthest,
        sum(n_keys) as n_keys,
        sum(case when furthest = person_furthest then 1 else 0 end) as n_persons
    from by_person
    group by report, indicator, period_kind, period, furthest

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
