-- One row per report, indicator, period and stratum: how many keys have each status, and the statistic beside its
-- benchmark. The whole report is the stratum all of the stratifier all; the strata of one stratifier add up to it.
-- Rate = met / (met + not met), null when that is 0; a duration's statistic is the median of days_between of met keys
-- (docs/semantics.md, 6.2). Only counted keys enter. Every report has the period kind all_time; a period that has no
-- key of the report is not listed. An unavailable indicator has no counts and no statistic, never zero (4.2). In a
-- stratum, a verdict that the 95% interval leaves open reads `not certain`.
with

indicator as (

    select
        indicator.report,
        indicator.indicator,
        indicator.version,
        indicator.indicator_order,
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

counted_period as (

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

used_period as (

    select
        counted_period.report,
        counted_period.period_kind,
        counted_period.period,
        report_period.start_date,
        report_period.end_date
    from counted_period
    left join {{ ref('report_period') }} as report_period
        on
            counted_period.report = report_period.report
            and counted_period.period_kind = report_period.period_kind
            and counted_period.period = report_period.period

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
        indicator.indicator_order,
        indicator.title,
        indicator.statistic,
        indicator.benchmark_value,
        indicator.benchmark_unit,
        indicator.better,
        indicator.is_available,
        used_period.period_kind,
        used_period.period,
        used_period.start_date,
        used_period.end_date,
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
        grid.indicator_order,
        grid.title,
        grid.statistic,
        grid.period_kind,
        grid.period,
        grid.start_date,
        grid.end_date,
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
        indicator_order,
        title,
        statistic,
        period_kind,
        period,
        start_date,
        end_date,
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
        {{ rounded(wilson_lower('met', 'eligible', 1.959963985), 6) }} as lower_95,
        {{ rounded(wilson_upper('met', 'eligible', 1.959963985), 6) }} as upper_95,
        {{ rounded(wilson_lower('met', 'eligible', 3.090232306), 6) }} as lower_99_8,
        {{ rounded(wilson_upper('met', 'eligible', 3.090232306), 6) }} as upper_99_8,
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

judged as (

    select
        report,
        indicator,
        version,
        indicator_order,
        title,
        statistic,
        period_kind,
        period,
        start_date,
        end_date,
        stratifier,
        stratum,
        cast(eligible as bigint) as eligible,
        cast(met as bigint) as met,
        cast(not_met as bigint) as not_met,
        cast(exception as bigint) as exception,
        cast(unresolved as bigint) as unresolved,
        cast(excluded as bigint) as excluded,
        cast(ineligible as bigint) as ineligible,
        cast(rate as numeric(18, 6)) as rate,
        cast(lower_95 as numeric(18, 6)) as lower_95,
        cast(upper_95 as numeric(18, 6)) as upper_95,
        cast(lower_99_8 as numeric(18, 6)) as lower_99_8,
        cast(upper_99_8 as numeric(18, 6)) as upper_99_8,
        cast(lower_quartile_days as numeric(18, 2)) as lower_quartile_days,
        cast(median_days as numeric(18, 2)) as median_days,
        cast(upper_quartile_days as numeric(18, 2)) as upper_quartile_days,
        benchmark_value,
        benchmark_unit,
        better,
        case
            when not is_available then 'unavailable'
            when benchmark_value is null then 'no benchmark'
            when not has_statistic then 'no data'
            when better = 'lower' and shown <= wanted then 'reached'
            when better = 'higher' and shown >= wanted then 'reached'
            else 'not reached'
        end as verdict,
        -- of a rate: an interval of a median is not computed
        case
            when statistic = 'proportion' and is_available and benchmark_value is not null
                then eligible > 0 and (upper_95 * 100 < benchmark_value or lower_95 * 100 > benchmark_value)
        end as is_certain
    from compared

),

final as (

    -- a stratum may be small: what chance may have made is no verdict
    select
        judged.report,
        judged.indicator,
        judged.version,
        judged.indicator_order,
        judged.title,
        judged.statistic,
        judged.period_kind,
        judged.period,
        judged.start_date,
        judged.end_date,
        judged.stratifier,
        judged.stratum,
        judged.eligible,
        judged.met,
        judged.not_met,
        judged.exception,
        judged.unresolved,
        judged.excluded,
        judged.ineligible,
        judged.rate,
        judged.lower_95,
        judged.upper_95,
        judged.lower_99_8,
        judged.upper_99_8,
        judged.lower_quartile_days,
        judged.median_days,
        judged.upper_quartile_days,
        judged.benchmark_value,
        judged.benchmark_unit,
        judged.better,
        case
            when judged.verdict not in ('reached', 'not reached') then judged.verdict
            when judged.stratifier <> 'all' and not coalesce(judged.is_certain, false) then 'not certain'
            else judged.verdict
        end as verdict,
        judged.is_certain,
        run_context.as_of
    from judged
    cross join run_context

)

select
    report || '.' || indicator as indicator_key,
    report || '.' || period_kind || '.' || period as period_key,
    report,
    indicator,
    version,
    indicator_order,
    title,
    statistic,
    period_kind,
    period,
    start_date,
    end_date,
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
    lower_95,
    upper_95,
    lower_99_8,
    upper_99_8,
    lower_quartile_days,
    median_days,
    upper_quartile_days,
    benchmark_value,
    benchmark_unit,
    better,
    verdict,
    is_certain,
    as_of
from final
