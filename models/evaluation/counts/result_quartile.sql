-- Quartiles of the days that met keys took, by indicator, period and stratum. Keys are counted by days first, so that
-- each number of days is sorted once, not each key. A quartile is what percentile_cont says (docs/semantics.md, 6.2):
-- of n keys in order, numbered from 0, the key number (n - 1) / 4, (n - 1) / 2 or 3 (n - 1) / 4; where that lies
-- between two keys, as far from the first to the second as the number does.
with

day_count as (

    select
        report,
        indicator,
        stratifier,
        stratum,
        day_key,
        days_to_met,
        n_keys
    from {{ ref('result_day_count') }}
    where days_to_met is not null

),

day_period as (

    select
        day_key,
        period_kind,
        period
    from {{ ref('result_day_period') }}

),

distance as (

    select
        day_count.report,
        day_count.indicator,
        day_period.period_kind,
        day_period.period,
        day_count.stratifier,
        day_count.stratum,
        day_count.days_to_met,
        sum(day_count.n_keys) as n_keys
    from day_count
    inner join day_period
        on day_count.day_key = day_period.day_key
    group by
        day_count.report,
        day_count.indicator,
        day_period.period_kind,
        day_period.period,
        day_count.stratifier,
        day_count.stratum,
        day_count.days_to_met

),

summed as (

    -- n_up_to keys took so many days or fewer
    select
        report,
        indicator,
        period_kind,
        period,
        stratifier,
        stratum,
        days_to_met,
        cast(sum(n_keys) over (
            partition by report, indicator, period_kind, period, stratifier, stratum
            order by days_to_met
        ) as bigint) as n_up_to,
        cast(sum(n_keys) over (
            partition by report, indicator, period_kind, period, stratifier, stratum
        ) as bigint) as n_all
    from distance

),

neighbour as (

    -- the keys on both sides of each number: four times the number stands on the right, so that all numbers are whole
    select
        report,
        indicator,
        period_kind,
        period,
        stratifier,
        stratum,
        n_all - 1 as last_number,
        min(case when 4 * n_up_to > n_all - 1 then days_to_met end) as before_lower,
        min(case when 4 * (n_up_to - 1) > n_all - 1 then days_to_met end) as after_lower,
        min(case when 4 * n_up_to > 2 * (n_all - 1) then days_to_met end) as before_median,
        min(case when 4 * (n_up_to - 1) > 2 * (n_all - 1) then days_to_met end) as after_median,
        min(case when 4 * n_up_to > 3 * (n_all - 1) then days_to_met end) as before_upper,
        min(case when 4 * (n_up_to - 1) > 3 * (n_all - 1) then days_to_met end) as after_upper
    from summed
    group by report, indicator, period_kind, period, stratifier, stratum, n_all

),

final as (

    -- there is no key after the last: the number is whole there, and nothing is added
    select
        report,
        indicator,
        period_kind,
        period,
        stratifier,
        stratum,
        4 * before_lower + coalesce(after_lower - before_lower, 0) * (last_number % 4) as lower_quarters,
        4 * before_median + coalesce(after_median - before_median, 0) * (2 * last_number % 4) as median_quarters,
        4 * before_upper + coalesce(after_upper - before_upper, 0) * (3 * last_number % 4) as upper_quarters
    from neighbour

)

select
    report,
    indicator,
    period_kind,
    period,
    stratifier,
    stratum,
    cast({{ to_double('lower_quarters') }} / 4 as numeric(18, 2)) as lower_quartile_days,
    cast({{ to_double('median_quarters') }} / 4 as numeric(18, 2)) as median_days,
    cast({{ to_double('upper_quarters') }} / 4 as numeric(18, 2)) as upper_quartile_days
from final
