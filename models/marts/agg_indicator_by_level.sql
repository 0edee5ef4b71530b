-- One row per report, indicator, period, stratum, level and entity: how many counted keys have each status, the rate
-- with its intervals and bounds, and the verdict (docs/semantics.md, 9). All levels in one statement: results are
-- counted once by organisation and span, and these counts are added up by entity, which is exact since a key has one
-- organisation and an organisation stands once in an entity (organisation_membership). Keys that count for no entity of
-- a level stand at that level as the entity `not attributed`, so that a level's rows hold everyone. Every entity of a
-- level stands in every period that its report has, with zeros where it has nobody; an unavailable indicator has no
-- counts, never zero (4.2).
with

calendar as (

    select
        min(start_date) as first_day,
        max(end_date) as last_day
    from {{ ref('reference_period') }}
    where period_kind = 'year'

),

report_level as (

    select
        report_level.report,
        report.population,
        report_level.position as level_position,
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
        indicator.position,
        indicator.version,
        indicator.statistic,
        indicator.benchmark_value,
        indicator.better,
        indicator.is_available
    from {{ ref('dim_indicator') }} as indicator
    where indicator.report in (select report_level.report from report_level)

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

membership as (

    select
        population,
        organisation,
        span_from,
        level_name,
        entity
    from {{ ref('organisation_membership') }}

),

run_context as (

    select as_of
    from {{ ref('run_context') }}

),

attributed as (

    select
        report,
        population,
        person_id,
        episode_id,
        measure_resolver,
        cohort_date,
        organisation,
        span_from
    from {{ ref('report_attribution') }}
    where is_chosen

),

known_result as (

    select
        result.report,
        result.indicator,
        result.person_id,
        result.cohort_date,
        result.status,
        result.period_date,
        attributed.population,
        attributed.organisation,
        attributed.span_from
    from {{ ref('fct_indicator_result') }} as result
    inner join attributed
        on
            result.report = attributed.report
            and result.person_id = attributed.person_id
            and result.measure_resolver = attributed.measure_resolver
            and result.episode_id is not distinct from attributed.episode_id
            and result.cohort_date is not distinct from attributed.cohort_date
    where result.is_counted

),

stratum as (

    select
        report,
        person_id,
        cohort_date,
        stratifier,
        stratum
    from {{ ref('fct_cohort_stratum') }}
    where report in (select report_level.report from report_level)

),

result as (

    -- once for the whole report, and once for each stratifier
    select
        report,
        indicator,
        status,
        period_date,
        'all' as stratifier,
        'all' as stratum,
        population,
        organisation,
        span_from
    from known_result

    union all

    select
        known_result.report,
        known_result.indicator,
        known_result.status,
        known_result.period_date,
        stratum.stratifier,
        stratum.stratum,
        known_result.population,
        known_result.organisation,
        known_result.span_from
    from known_result
    inner join stratum
        on
            known_result.report = stratum.report
            and known_result.person_id = stratum.person_id
            and known_result.cohort_date is not distinct from stratum.cohort_date

),

by_day as (

    select
        report,
        indicator,
        stratifier,
        stratum,
        population,
        organisation,
        span_from,
        period_date,
        sum(case when status = 'met' then 1 else 0 end) as met,
        sum(case when status = 'not_met' then 1 else 0 end) as not_met,
        sum(case when status = 'exception' then 1 else 0 end) as exception,
        sum(case when status = 'unresolved' then 1 else 0 end) as unresolved,
        sum(case when status = 'excluded' then 1 else 0 end) as excluded,
        sum(case when status = 'ineligible' then 1 else 0 end) as ineligible
    from result
    group by report, indicator, stratifier, stratum, population, organisation, span_from, period_date

),

result_day as (

    select
        by_day.report,
        by_day.period_date,
        by_day.period_date between min(calendar.first_day) and max(calendar.last_day) as is_in_calendar
    from by_day
    cross join calendar
    group by by_day.report, by_day.period_date

),

day_period as (

    -- the periods of each day that has results, found once a day and not once a result
    select
        result_day.report,
        result_day.period_date,
        report_period.period_kind,
        report_period.period
    from result_day
    inner join report_period
        on
            result_day.report = report_period.report
            and result_day.period_date between report_period.start_date and report_period.end_date
    where
        result_day.is_in_calendar
        or report_period.period_kind = 'named'

    union all

    select
        report,
        period_date,
        'outside_calendar' as period_kind,
        'outside the calendar' as period
    from result_day
    where not is_in_calendar

    union all

    select
        report,
        period_date,
        'undated' as period_kind,
        'undated' as period
    from result_day
    where period_date is null

    union all

    select
        report,
        period_date,
        'all_time' as period_kind,
        'all time' as period
    from result_day

),

by_organisation as (

    select
        by_day.report,
        by_day.indicator,
        day_period.period_kind,
        day_period.period,
        by_day.stratifier,
        by_day.stratum,
        by_day.population,
        by_day.organisation,
        by_day.span_from,
        sum(by_day.met) as met,
        sum(by_day.not_met) as not_met,
        sum(by_day.exception) as exception,
        sum(by_day.unresolved) as unresolved,
        sum(by_day.excluded) as excluded,
        sum(by_day.ineligible) as ineligible
    from by_day
    inner join day_period
        on
            by_day.report = day_period.report
            -- an equality that engines can hash; the next line decides
            and coalesce(by_day.period_date, cast('1000-01-01' as date))
            = coalesce(day_period.period_date, cast('1000-01-01' as date))
            and by_day.period_date is not distinct from day_period.period_date
    group by
        by_day.report,
        by_day.indicator,
        day_period.period_kind,
        day_period.period,
        by_day.stratifier,
        by_day.stratum,
        by_day.population,
        by_day.organisation,
        by_day.span_from

),

counted as (

    select
        by_organisation.report,
        by_organisation.indicator,
        by_organisation.period_kind,
        by_organisation.period,
        by_organisation.stratifier,
        by_organisation.stratum,
        report_level.level_name,
        coalesce(membership.entity, 'not attributed') as entity,
        sum(by_organisation.met) as met,
        sum(by_organisation.not_met) as not_met,
        sum(by_organisation.exception) as exception,
        sum(by_organisation.unresolved) as unresolved,
        sum(by_organisation.excluded) as excluded,
        sum(by_organisation.ineligible) as ineligible
    from by_organisation
    inner join report_level
        on by_organisation.report = report_level.report
    left join membership
        on
            by_organisation.population = membership.population
            and by_organisation.organisation = membership.organisation
            and by_organisation.span_from = membership.span_from
            and report_level.level_name = membership.level_name
    group by
        by_organisation.report,
        by_organisation.indicator,
        by_organisation.period_kind,
        by_organisation.period,
        by_organisation.stratifier,
        by_organisation.stratum,
        report_level.level_name,
        coalesce(membership.entity, 'not attributed')

),

used_period as (

    select distinct
        report,
        period_kind,
        period
    from day_period

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
    from stratum

),

entity as (

    select distinct
        report_level.report,
        report_level.level_name,
        membership.entity
    from report_level
    inner join membership
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
        indicator.position,
        indicator.version,
        indicator.benchmark_value,
        indicator.better,
        indicator.statistic,
        indicator.is_available,
        summed.period_kind,
        summed.period,
        summed.stratifier,
        summed.stratum,
        report_level.level_position,
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
        position,
        version,
        period_kind,
        period,
        stratifier,
        stratum,
        level_position,
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
        {{ rounded(wilson_lower('met', 'eligible', 3.090232306), 6) }} as lower_998,
        {{ rounded(wilson_upper('met', 'eligible', 3.090232306), 6) }} as upper_998,
        case when statistic = 'proportion' then benchmark_value end as benchmark_value,
        better,
        is_available
    from measured

),

final as (

    -- rates beside benchmarks are compared as met * 100 against benchmark * eligible: no rounding can tip a verdict
    select
        rated.report,
        rated.indicator,
        rated.position,
        rated.version,
        rated.period_kind,
        rated.period,
        rated.stratifier,
        rated.stratum,
        rated.level_position,
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
        cast(rated.lower_998 as numeric(18, 6)) as lower_998,
        cast(rated.upper_998 as numeric(18, 6)) as upper_998,
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
    report,
    indicator,
    position,
    version,
    period_kind,
    period,
    stratifier,
    stratum,
    level_position,
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
    lower_998,
    upper_998,
    benchmark_value,
    better,
    verdict,
    is_certain,
    as_of
from final
