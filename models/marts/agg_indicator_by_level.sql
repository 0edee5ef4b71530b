-- One row per report, indicator, period, stratum, level and entity: how many counted keys have each status, the rate
-- with its intervals and bounds, and the verdict (docs/semantics.md, 9). Keys that count for no entity of a level stand
-- at that level as the entity `not attributed`, so that a level's rows hold everyone. Every entity of a level stands in
-- every period that its report has, with zeros where it has nobody; an unavailable indicator has no counts, never zero
-- (4.2).
with

report_level as (

    select
        report_level.report,
        report.population,
        report_level.position as level_order,
        report_level.level_name
    from {{ ref('catalogue_report_level') }} as report_level
    inner join {{ ref('dim_report') }} as report
        on report_level.report = report.report
    where report.is_built

),

indicator as (

    select
        indicator.report,
        indicator.indicator,
        indicator.indicator_order,
        indicator.title,
        indicator.version,
        indicator.statistic,
        indicator.benchmark_value,
        indicator.better,
        indicator.is_available
    from {{ ref('dim_indicator') }} as indicator
    where indicator.report in (select report_level.report from report_level)

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
        level_name,
        entity,
        met,
        not_met,
        exception,
        unresolved,
        excluded,
        ineligible
    from {{ ref('entity_period_count') }}

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
    from report_level

),

used_stratum as (

    select
        report,
        'all' as stratifier,
        'all' as stratum
    from report_level

    union

    select
        report,
        stratifier,
        stratum
    from {{ ref('fct_cohort_stratum') }}
    where report in (select report_level.report from report_level)

),

entity as (

    select distinct
        report_level.report,
        report_level.level_name,
        membership.entity
    from report_level
    inner join {{ ref('organisation_membership') }} as membership
        on
            report_level.population = membership.population
            and report_level.level_name = membership.level_name

    union

    select
        report,
        level_name,
        'not attributed' as entity
    from report_level

),

grid as (

    select
        indicator.report,
        indicator.indicator,
        used_period.period_kind,
        used_period.period,
        used_stratum.stratifier,
        used_stratum.stratum,
        entity.level_name,
        entity.entity
    from indicator
    inner join used_period
        on indicator.report = used_period.report
    inner join used_stratum
        on indicator.report = used_stratum.report
    inner join entity
        on indicator.report = entity.report

),

-- zeros for the whole grid are added to the counts: a join of the two costs their product where it is planned badly
added as (

    select
        report,
        indicator,
        period_kind,
        period,
        stratifier,
        stratum,
        level_name,
        entity,
        0 as met,
        0 as not_met,
        0 as exception,
        0 as unresolved,
        0 as excluded,
        0 as ineligible
    from grid

    union all

    select
        report,
        indicator,
        period_kind,
        period,
        stratifier,
        stratum,
        level_name,
        entity,
        met,
        not_met,
        exception,
        unresolved,
        excluded,
        ineligible
    from counted

),

summed as (

    select
        report,
        indicator,
        period_kind,
        period,
        stratifier,
        stratum,
        level_name,
        entity,
        cast(sum(met) as bigint) as met,
        cast(sum(not_met) as bigint) as not_met,
        cast(sum(exception) as bigint) as exception,
        cast(sum(unresolved) as bigint) as unresolved,
        cast(sum(excluded) as bigint) as excluded,
        cast(sum(ineligible) as bigint) as ineligible
    from added
    group by report, indicator, period_kind, period, stratifier, stratum, level_name, entity

),

measured as (

    select
        summed.report,
        summed.indicator,
        indicator.indicator_order,
        indicator.title,
        indicator.version,
        indicator.benchmark_value,
        indicator.better,
        indicator.statistic,
        indicator.is_available,
        summed.period_kind,
        summed.period,
        summed.stratifier,
        summed.stratum,
        report_level.population,
        report_level.level_order,
        summed.level_name,
        summed.entity,
        case when indicator.is_available then summed.met end as met,
        case when indicator.is_available then summed.not_met end as not_met,
        case when indicator.is_available then summed.met + summed.not_met end as eligible,
        case when indicator.is_available then summed.exception end as exception,
        case when indicator.is_available then summed.unresolved end as unresolved,
        case when indicator.is_available then summed.excluded end as excluded,
        case when indicator.is_available then summed.ineligible end as ineligible
    from summed
    inner join indicator
        on
            summed.report = indicator.report
            and summed.indicator = indicator.indicator
    inner join report_level
        on
            summed.report = report_level.report
            and summed.level_name = report_level.level_name

),

rated as (

    select
        report,
        indicator,
        indicator_order,
        title,
        version,
        period_kind,
        period,
        stratifier,
        stratum,
        population,
        level_order,
        level_name,
        entity,
        met,
        not_met,
        eligible,
        exception,
        unresolved,
        excluded,
        ineligible,
        {{ rounded_ratio('met', 'eligible', 6) }} as rate,
        {{ rounded_ratio('met', 'eligible + unresolved', 6) }} as lowest_rate,
        {{ rounded_ratio('met + unresolved', 'eligible + unresolved', 6) }} as highest_rate,
        {{ rounded(wilson_lower('met', 'eligible', 1.959963985), 6) }} as lower_95,
        {{ rounded(wilson_upper('met', 'eligible', 1.959963985), 6) }} as upper_95,
        {{ rounded(wilson_lower('met', 'eligible', 3.090232306), 6) }} as lower_99_8,
        {{ rounded(wilson_upper('met', 'eligible', 3.090232306), 6) }} as upper_99_8,
        case when statistic = 'proportion' then benchmark_value end as benchmark_value,
        better,
        is_available
    from measured

),

judged as (

    -- rates beside benchmarks are compared as met * 100 against benchmark * eligible: no rounding can tip a verdict
    select
        rated.report,
        rated.indicator,
        rated.indicator_order,
        rated.title,
        rated.version,
        rated.period_kind,
        rated.period,
        rated.stratifier,
        rated.stratum,
        rated.population,
        rated.level_order,
        rated.level_name,
        rated.entity,
        rated.met,
        rated.not_met,
        rated.eligible,
        rated.exception,
        rated.unresolved,
        rated.excluded,
        rated.ineligible,
        cast(rated.rate as numeric(18, 6)) as rate,
        cast(rated.lowest_rate as numeric(18, 6)) as lowest_rate,
        cast(rated.highest_rate as numeric(18, 6)) as highest_rate,
        cast(rated.lower_95 as numeric(18, 6)) as lower_95,
        cast(rated.upper_95 as numeric(18, 6)) as upper_95,
        cast(rated.lower_99_8 as numeric(18, 6)) as lower_99_8,
        cast(rated.upper_99_8 as numeric(18, 6)) as upper_99_8,
        rated.benchmark_value,
        rated.better,
        case
            when not rated.is_available then 'unavailable'
            when rated.benchmark_value is null then 'no benchmark'
            when rated.eligible = 0 then 'no data'
            when rated.better = 'lower' and rated.met * 100 <= rated.benchmark_value * rated.eligible then 'reached'
            when rated.better = 'higher' and rated.met * 100 >= rated.benchmark_value * rated.eligible then 'reached'
            else 'not reached'
        end as verdict,
        rated.eligible > 0
        and (
            rated.upper_95 * 100 < rated.benchmark_value
            or rated.lower_95 * 100 > rated.benchmark_value
        ) as is_certain,
        run_context.as_of
    from rated
    cross join run_context

)

select
    report || '.' || indicator as indicator_key,
    report || '.' || period_kind || '.' || period as period_key,
    population || '.' || level_name || '.' || entity as entity_key,
    report,
    indicator,
    indicator_order,
    title,
    version,
    period_kind,
    period,
    stratifier,
    stratum,
    level_order,
    level_name,
    entity,
    met,
    not_met,
    eligible,
    exception,
    unresolved,
    excluded,
    ineligible,
    rate,
    lowest_rate,
    highest_rate,
    lower_95,
    upper_95,
    lower_99_8,
    upper_99_8,
    benchmark_value,
    better,
    -- a stratum may be small: what chance may have made is no verdict
    case
        when verdict in ('reached', 'not reached') and stratifier <> 'all' and not is_certain then 'not certain'
        else verdict
    end as verdict,
    is_certain,
    as_of
from judged
