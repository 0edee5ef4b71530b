-- The periods that each report is cut by: the calendar kinds it asks for, and the periods it names itself.
with

asked as (

    select
        report,
        period_kind,
        financial_year_starts,
        period,
        start_date,
        end_date,
        due_date
    from {{ ref('catalogue_report_period') }}

),

calendar as (

    select
        period_kind,
        period,
        financial_year_starts,
        start_date,
        end_date
    from {{ ref('reference_period') }}

),

final as (

    select
        asked.report,
        asked.period_kind,
        calendar.period,
        calendar.start_date,
        calendar.end_date,
        cast(null as date) as due_date
    from asked
    inner join calendar
        on
            asked.period_kind = calendar.period_kind
            and asked.financial_year_starts is not distinct from calendar.financial_year_starts

    union all

    select
        report,
        period_kind,
        period,
        start_date,
        end_date,
        due_date
    from asked
    where period_kind = 'named'

)

select
    report,
    period_kind,
    period,
    start_date,
    end_date,
    due_date
from final
