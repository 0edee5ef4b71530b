-- The periods of each day that a report has results of: found once a day, not once a result. Counts by day find their
-- periods by the equality of one column that is never null: of more columns PostgreSQL may sort by one and compare all
-- rows that are alike in it. Every day has the period all time, a null one also undated. A day that no calendar period
-- holds has a kind of its own, so that nothing is lost; it can have periods that the report names, too.
with

calendar as (

    select
        min(start_date) as first_day,
        max(end_date) as last_day
    from {{ ref('reference_period') }}
    where period_kind = 'year'

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

result_day as (

    select
        report,
        period_date,
        report || '.' || coalesce({{ to_text('period_date') }}, '') as day_key
    from {{ ref('indicator_result') }}
    group by report, period_date

),

dated as (

    select
        result_day.report,
        result_day.period_date,
        result_day.day_key,
        extract(year from result_day.period_date) as year_number,
        result_day.period_date between calendar.first_day and calendar.last_day as is_in_calendar
    from result_day
    cross join calendar
    where result_day.period_date is not null

),

-- A period of the calendar touches one year, or two: with the year, a day has few periods to be compared with.
period_year as (

    select
        report,
        period_kind,
        period,
        start_date,
        end_date,
        extract(year from start_date) as year_number
    from report_period
    where period_kind <> 'named'

    union

    select
        report,
        period_kind,
        period,
        start_date,
        end_date,
        extract(year from end_date) as year_number
    from report_period
    where period_kind <> 'named'

)

select
    dated.report,
    dated.period_date,
    dated.day_key,
    period_year.period_kind,
    period_year.period
from dated
inner join period_year
    on
        dated.report = period_year.report
        and dated.year_number = period_year.year_number
        and dated.period_date between period_year.start_date and period_year.end_date
where dated.is_in_calendar

union all

select
    dated.report,
    dated.period_date,
    dated.day_key,
    report_period.period_kind,
    report_period.period
from dated
inner join report_period
    on
        dated.report = report_period.report
        and dated.period_date between report_period.start_date and report_period.end_date
where report_period.period_kind = 'named'

union all

select
    report,
    period_date,
    day_key,
    'outside_calendar' as period_kind,
    'outside the calendar' as period
from dated
where not is_in_calendar

union all

select
    report,
    period_date,
    day_key,
    'undated' as period_kind,
    'undated' as period
from result_day
where period_date is null

union all

select
    report,
    period_date,
    day_key,
    'all_time' as period_kind,
    'all time' as period
from result_day
