-- depends_on: {{ ref('opted_out_person') }}
-- One row per report and period that it is cut by, with the three that have no days: all time, undated, and outside the
-- calendar.
with

report as (

    select report
    from {{ ref('dim_report') }}

),

report_period as (

    select
        report,
        period_kind,
        period,
        start_date,
        end_date,
        due_date
    from {{ ref('report_period') }}

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
