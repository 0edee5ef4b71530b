-- 1900 to 2099: some sources hold whole lives. One year more at the front, for the financial year in which 1900 begins.
with calendar_month as (

    select {{ whole_numbers(0, 201 * 12 - 1) }} as months_on

),

numbered as (

    select
        cast(1899 + {{ whole_division('months_on', '12') }} as integer) as year_number,
        cast(1 + months_on % 12 as integer) as month_number
    from calendar_month

),

-- Every month as a first day, with the label parts that periods are named from.
first_of_month as (

    select
        year_number,
        month_number,
        make_date(year_number, month_number, 1) as start_date,
        {{ to_text('year_number') }} as year_label,
        lpad({{ to_text('month_number') }}, 2, '0') as month_label,
        lpad({{ to_text('(year_number + 1) % 100') }}, 2, '0') as next_year_label
    from numbered

),

period as (

    select
        'month' as period_kind,
        year_label || '-' || month_label as period,
        cast(null as bigint) as financial_year_starts,
        start_date,
        {{ add_interval('start_date', 1, -1) }} as end_date
    from first_of_month
    where year_number >= 1900
    union all
    select
        'quarter' as period_kind,
        year_label || '-Q' || {{ to_text('cast((month_number + 2) / 3 as integer)') }} as period,
        cast(null as bigint) as financial_year_starts,
        start_date,
        {{ add_interval('start_date', 3, -1) }} as end_date
    from first_of_month
    where year_number >= 1900 and month_number in (1, 4, 7, 10)
    union all
    select
        'year' as period_kind,
        year_label as period,
        cast(null as bigint) as financial_year_starts,
        start_date,
        {{ add_interval('start_date', 12, -1) }} as end_date
    from first_of_month
    where year_number >= 1900 and month_number = 1
    union all
    -- Named after the calendar years that it touches: FY2025/26, or FY2025 where it is the calendar year.
    select
        'financial_year' as period_kind,
        case
            when month_number = 1 then 'FY' || year_label
            else 'FY' || year_label || '/' || next_year_label
        end as period,
        cast(month_number as bigint) as financial_year_starts,
        start_date,
        {{ add_interval('start_date', 12, -1) }} as end_date
    from first_of_month
    where year_number >= 1900 or month_number > 1
    union all
    -- Holds every result, dated or not: no first and no last day.
    select
        'all_time' as period_kind,
        'all time' as period,
        cast(null as bigint) as financial_year_starts,
        cast(null as date) as start_date,
        cast(null as date) as end_date
    union all
    -- Holds the results of which no date is known.
    select
        'undated' as period_kind,
        'undated' as period,
        cast(null as bigint) as financial_year_starts,
        cast(null as date) as start_date,
        cast(null as date) as end_date

)

select
    period_kind,
    period,
    financial_year_starts,
    start_date,
    end_date
from period
