-- One row per report, indicator, period and stratum: how many keys have each status, and the statistic beside its
-- benchmark. The whole report is the stratum all of the stratifier all; the strata of one stratifier add up to it.
-- Rate = met / (met + not met), null when that is 0; a duration's statistic is the median of days_between of met keys
-- (docs/semantics.md, 6.2). Only counted keys enter. Every report has the period kind all_time; a period that has no
-- key of the report is not listed. An unavailable indicator has no counts and no statistic, never zero (4.2).
with

indicator as (

    select
        indicator.report,
        indicator.indicator,
        indicator.version,
        indicator.position,
        indicator.title,
        indicator.statistic,
        indicator.benchmark_value,
        indicator.benchmark_unit,
        indicator.better,
        indicator.is_available
    from {{ ref('dim_indicator') }} as indicator
    inner join {{ ref('dim_report') }} as report
        on indicator.report = report.report
    where report.is_built

),

run_context as (

    select as_of
    from {{ ref('run_context') }}

),

counted as (

    select
        report,
        indicator,
        period_kind,
        period,
        stratifier,
        stratum,
        met,
        not_met,
        exception,
        unresolved,
        excluded,
        ineligible
    from {{ ref('result_period_count') }}

),

duration as (

    select
        report,
        indicator,
        period_kind,
        period,
        stratifier,
        stratum,
        lower_quartile_days,
        median_days,
        upper_quartile_days
    from {{ ref('result_quartile') }}

),

used_period as (

    select distinct
        report,
        period_kind,
        period
    from counted

    union

    select
        report,
        'all_time' as period_kind,
        'all time' as period
    from indicator

),

used_stratum as (

    select distinct
        report,
        stratifier,
        stratum
    from {{ ref('fct_cohort_stratum') }}

    union

    select
        report,
        'all' as stratifier,
        'all' as stratum
    from indicator

),

grid as (

    -- every indicator in every period and stratum that its report has, so that an empty one shows as zero, and an
    -- unavailable one as unavailable
    select
        indicator.report,
        indicator.indicator,
        indicator.version,
        indicator.position,
        indicator.title,
        indicator.statistic,
        indicator.benchmark_value,
        indicator.benchmark_unit,
        indicator.better,
        indicator.is_available,
        used_period.period_kind,
        used_period.period,
        used_stratum.stratifier,
        used_stratum.stratum
    from indicator
    inner join used_period
        on indicator.report = used_period.report
    inner join used_stratum
        on indicator.report = used_stratum.report

),

measured as (

    select
        grid.report,
        grid.indicator,
        grid.version,
        grid.position,
        grid.title,
        grid.statistic,
        grid.period_kind,
        grid.period,
        grid.stratifier,
        grid.stratum,
        grid.is_available,
        case when grid.is_available then coalesce(counted.met, 0) + coalesce(counted.not_met, 0) end as eligible,
        case when grid.is_available then coalesce(counted.met, 0) end as met,
        case when grid.is_available then coalesce(counted.not_met, 0) end as not_met,
        case when grid.is_available then coalesce(counted.exception, 0) end as exception,
        case when grid.is_available then coalesce(counted.unresolved, 0) end as unresolved,
        case when grid.is_available then coalesce(counted.excluded, 0) end as excluded,
        case when grid.is_available then coalesce(counted.ineligible, 0) end as ineligible,
        {{ rounded_ratio('counted.met', '(counted.met + counted.not_met)', 6) }} as rate,
        duration.lower_quartile_days,
        duration.median_days,
        duration.upper_quartile_days,
        grid.benchmark_value,
        grid.benchmark_unit,
        grid.better
    from grid
    left join counted
        on
            grid.report = counted.report
            and grid.indicator = counted.indicator
            and grid.period_kind = counted.period_kind
            and grid.period = counted.period
            and grid.stratifier = counted.stratifier
            and grid.stratum = counted.stratum
    left join duration
        on
            grid.report = duration.report
            and grid.indicator = duration.indicator
            and grid.period_kind = duration.period_kind
            and grid.period = duration.period
            and grid.stratifier = duration.stratifier
            and grid.stratum = duration.stratum

),

compared as (

    -- rates beside benchmarks are compared as met * 100 against benchmark * eligible: no rounding can tip a verdict
    select
        report,
        indicator,
        version,
        position,
        title,
        statistic,
        period_kind,
        period,
        stratifier,
        stratum,
        is_available,
        eligible,
        met,
        not_met,
        exception,
        unresolved,
        excluded,
        ineligible,
        rate,
        lower_quartile_days,
        median_days,
        upper_quartile_days,
        benchmark_value,
        benchmark_unit,
        better,
        case
            when statistic = 'duration' then cast(median_days as numeric(18, 6))
            else cast(met * 100 as numeric(18, 6))
        end as shown,
        case when statistic = 'duration' then benchmark_value else benchmark_value * eligible end as wanted,
        case when statistic = 'duration' then median_days is not null else eligible > 0 end as has_statistic
    from measured

),

final as (

    select
        compared.report,
        compared.indicator,
        compared.version,
        compared.position,
        compared.title,
        compared.statistic,
        compared.period_kind,
        compared.period,
        compared.stratifier,
        compared.stratum,
        cast(compared.eligible as bigint) as eligible,
        cast(compared.met as bigint) as met,
        cast(compared.not_met as bigint) as not_met,
        cast(compared.exception as bigint) as exception,
        cast(compared.unresolved as bigint) as unresolved,
        cast(compared.excluded as bigint) as excluded,
        cast(compared.ineligible as bigint) as ineligible,
        cast(compared.rate as numeric(18, 6)) as rate,
        cast(compared.lower_quartile_days as numeric(18, 2)) as lower_quartile_days,
        cast(compared.median_days as numeric(18, 2)) as median_days,
        cast(compared.upper_quartile_days as numeric(18, 2)) as upper_quartile_days,
        compared.benchmark_value,
        compared.benchmark_unit,
        compared.better,
        case
            when not compared.is_available then 'unavailable'
            when compared.benchmark_value is null then 'no benchmark'
            when not compared.has_statistic then 'no data'
            when compared.better = 'lower' and compared.shown <= compared.wanted then 'reached'
            when compared.better = 'higher' and compared.shown >= compared.wanted then 'reached'
            else 'not reached'
        end as verdict,
        run_context.as_of
    from compared
    cross join run_context

)

select
    report || '.' || indicator as indicator_key,
    report || '.' || period_kind || '.' || period as period_key,
    report,
    indicator,
    version,
    position,
    title,
    statistic,
    period_kind,
    period,
    stratifier,
    stratum,
    eligible,
    met,
    not_met,
    exception,
    unresolved,
    excluded,
    ineligible,
    rate,
    lower_quartile_days,
    median_days,
    upper_quartile_days,
    benchmark_value,
    benchmark_unit,
    better,
    verdict,
    as_of
from final
