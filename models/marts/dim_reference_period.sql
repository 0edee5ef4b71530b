-- depends_on: {{ ref('opted_out_person') }}
-- One row per report and period that any of its results falls into or that it names itself, with the three that have no
-- days: all time, undated, and outside the calendar. reference.report_period has all that a report is cut by, 2,400
-- months among them.
with

report as (

    select report
    from {{ ref('dim_report') }}

),

used_period as (

    select distinct
        report,
        period_kind,
        period
    from {{ ref('result_day_period') }}

),

report_period as (

    select
        report_period.report,
        report_period.period_kind,
        report_period.period,
        report_period.start_date,
        report_period.end_date,
        report_period.due_date
    from {{ ref('report_period') }} as report_period
    left join used_period
        on
            report_period.report = used_period.report
            and report_period.period_kind = used_period.period_kind
            and report_period.period = used_period.period
    where
        report_period.period_kind = 'named'
        or used_period.period is not null

),

reference_period as (

    select
        period_kind,
        period
    from {{ ref('reference_period') }}
    where period_kind in ('all_time', 'undated')

    union all

    select
        'outside_calendar' as period_kind,
        'outside the calendar' as period

),

run_context as (

    select as_of
    from {{ ref('run_context') }}

),

final as (

    select
        report,
        period_kind,
        period,
        start_date,
        end_date,
        due_date
    from report_period

    union all

    select
        report.report,
        reference_period.period_kind,
        reference_period.period,
        cast(null as date) as start_date,
        cast(null as date) as end_date,
        cast(null as date) as due_date
    from report
    cross join reference_period

)

select
    final.report || '.' || final.period_kind || '.' || final.period as period_key,
    final.report,
    final.period_kind,
    final.period,
    final.start_date,
    final.end_date,
    final.due_date,
    coalesce(final.end_date < run_context.as_of, false) as is_over
from final
cross join run_context
