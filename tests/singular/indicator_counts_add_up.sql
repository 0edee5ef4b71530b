-- The six statuses of an available indicator add up to the counted keys of its report (docs/semantics.md, 6.2 and 7):
-- over all time, and over the periods of each calendar kind together with the undated and those outside the calendar.
with

counted as (

    select
        report,
        indicator,
        count(*) as n_keys
    from {{ ref('fct_indicator_result') }}
    where is_counted
    group by report, indicator

),

period as (

    select
        report,
        indicator,
        period_kind,
        sum(met + not_met + exception + unresolved + excluded + ineligible) as n_keys
    from {{ ref('agg_indicator') }}
    where
        verdict <> 'unavailable'
        and period_kind <> 'named'
        and stratifier = 'all'
    group by report, indicator, period_kind

),

without_period as (

    select
        report,
        indicator,
        sum(n_keys) as n_keys
    from period
    where period_kind in ('undated', 'outside_calendar')
    group by report, indicator

),

summed as (

    select
        period.report,
        period.indicator,
        period.period_kind,
        case
            when period.period_kind = 'all_time' then period.n_keys
            else period.n_keys + coalesce(without_period.n_keys, 0)
        end as n_keys
    from period
    left join without_period
        on
            period.report = without_period.report
            and period.indicator = without_period.indicator
    where period.period_kind not in ('undated', 'outside_calendar')

)

select
    summed.report,
    summed.indicator,
    summed.period_kind,
    coalesce(counted.n_keys, 0) as n_keys_expected,
    summed.n_keys as n_keys_found
from summed
left join counted
    on
        summed.report = counted.report
        and summed.indicator = counted.indicator
where summed.n_keys <> coalesce(counted.n_keys, 0)
