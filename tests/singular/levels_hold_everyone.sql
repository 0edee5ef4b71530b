-- The entities of a level and its `not attributed` hold every counted key of the report (docs/semantics.md, 9.4): each
-- status adds up to that of agg_indicator. Where an organisation stands in several entities of the level at once, its
-- keys count in each, and the sum is no smaller.
with

level_of_report as (

    select
        report_level.report,
        report.population,
        report_level.level_name
    from {{ ref('catalogue_report_level') }} as report_level
    inner join {{ ref('dim_report') }} as report
        on report_level.report = report.report
    where report.is_built

),

several as (

    select
        population,
        level_name
    from {{ ref('organisation_membership') }}
    group by population, organisation, span_from, level_name
    having count(*) > 1

),

whole as (

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
    from {{ ref('agg_indicator') }}
    where verdict <> 'unavailable'

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
        sum(met) as met,
        sum(not_met) as not_met,
        sum(exception) as exception,
        sum(unresolved) as unresolved,
        sum(excluded) as excluded,
        sum(ineligible) as ineligible
    from {{ ref('agg_indicator_by_level') }}
    group by report, indicator, period_kind, period, stratifier, stratum, level_name

),

compared as (

    select
        whole.report,
        whole.indicator,
        whole.period_kind,
        whole.period,
        whole.stratifier,
        whole.stratum,
        level_of_report.level_name,
        coalesce(summed.met, 0) - whole.met as met,
        coalesce(summed.not_met, 0) - whole.not_met as not_met,
        coalesce(summed.exception, 0) - whole.exception as exception,
        coalesce(summed.unresolved, 0) - whole.unresolved as unresolved,
        coalesce(summed.excluded, 0) - whole.excluded as excluded,
        coalesce(summed.ineligible, 0) - whole.ineligible as ineligible,
        exists(
            select 1 as present
            from several
            where
                level_of_report.population = several.population
                and level_of_report.level_name = several.level_name
        ) as counts_several_times
    from whole
    inner join level_of_report
        on whole.report = level_of_report.report
    left join summed
        on
            whole.report = summed.report
            and whole.indicator = summed.indicator
            and whole.period_kind = summed.period_kind
            and whole.period = summed.period
            and whole.stratifier = summed.stratifier
            and whole.stratum = summed.stratum
            and level_of_report.level_name = summed.level_name

)

select
    report,
    indicator,
    period_kind,
    period,
    stratifier,
    stratum,
    level_name,
    met,
    not_met,
    exception,
    unresolved,
    excluded,
    ineligible
from compared
where
    least(met, not_met, exception, unresolved, excluded, ineligible) < 0
    or (
        not counts_several_times
        and greatest(met, not_met, exception, unresolved, excluded, ineligible) > 0
    )
