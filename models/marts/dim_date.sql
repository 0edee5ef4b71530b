-- depends_on: {{ ref('opted_out_person') }}
{%- do check_settings() -%}
{%- set first_month = var('financial_year_starts') -%}

-- One row per day of 1900 to 2099: the table to mark as the date table in Power BI. No row stands for an unknown date,
-- which a date table must not have; a fact without a date shows under (Blank).
with calendar as (

    -- to 31 December 2099
    select {{ whole_numbers(0, 73048) }} as days_on

),

calendar_day as (

    select {{ add_interval("cast('1900-01-01' as date)", 0, 'days_on') }} as calendar_date
    from calendar

),

-- 1 January 1900 was a Monday.
with_weekday as (

    select
        calendar_date,
        cast(extract(year from calendar_date) as integer) as year_number,
        cast(extract(month from calendar_date) as integer) as month_number,
        1 + {{ date_diff_days('calendar_date', "cast('1900-01-01' as date)") }} % 7 as weekday_number
    from calendar_day

),

-- An ISO week belongs to the year that its Thursday is in; a financial year begins in the month that a variable says.
with_thursday as (

    select
        calendar_date,
        year_number,
        month_number,
        weekday_number,
        cast(floor((month_number + 2) / 3) as integer) as quarter_number,
        {{ add_interval('calendar_date', 0, '4 - weekday_number') }} as thursday,
        case
            when month_number >= {{ first_month }} then year_number
            else year_number - 1
        end as financial_year_number,
        1 + (month_number + 12 - {{ first_month }}) % 12 as financial_month_number
    from with_weekday

),

with_week as (

    select
        calendar_date,
        year_number,
        month_number,
        weekday_number,
        quarter_number,
        financial_year_number,
        financial_month_number,
        cast(extract(year from thursday) as integer) as iso_year_number,
        make_date(cast(extract(year from thursday) as integer), 1, 1) as iso_year_start,
        thursday
    from with_thursday

),

numbered as (

    select
        calendar_date,
        year_number,
        month_number,
        weekday_number,
        quarter_number,
        financial_year_number,
        financial_month_number,
        iso_year_number,
        1 + cast(floor({{ date_diff_days('thursday', 'iso_year_start') }} / 7) as integer) as iso_week_number
    from with_week

),

final as (

    select
        calendar_date,
        cast(year_number as bigint) as year_number,
        cast(quarter_number as bigint) as quarter_number,
        {{ to_text('year_number') }} || '-Q' || {{ to_text('quarter_number') }} as quarter_label,
        cast(month_number as bigint) as month_number,
        {{ to_text('year_number') }} || '-' || lpad({{ to_text('month_number') }}, 2, '0') as month_label,
        case month_number
            when 1 then 'January' when 2 then 'February' when 3 then 'March' when 4 then 'April' when 5 then 'May'
            when 6 then 'June' when 7 then 'July' when 8 then 'August' when 9 then 'September' when 10 then 'October'
            when 11 then 'November' else 'December'
        end as month_name,
        cast(extract(day from calendar_date) as bigint) as day_of_month,
        cast(weekday_number as bigint) as weekday_number,
        case weekday_number
            when 1 then 'Monday' when 2 then 'Tuesday' when 3 then 'Wednesday' when 4 then 'Thursday'
            when 5 then 'Friday' when 6 then 'Saturday' else 'Sunday'
        end as weekday_name,
        weekday_number >= 6 as is_weekend,
        cast(iso_year_number as bigint) as iso_year_number,
        cast(iso_week_number as bigint) as iso_week_number,
        {{ to_text('iso_year_number') }} || '-W' || lpad({{ to_text('iso_week_number') }}, 2, '0') as iso_week_label,
        cast(financial_year_number as bigint) as financial_year_number,
        case
            when {{ first_month }} = 1 then 'FY' || {{ to_text('financial_year_number') }}
            else
                'FY' || {{ to_text('financial_year_number') }} || '/'
                || lpad({{ to_text('(financial_year_number + 1) % 100') }}, 2, '0')
        end as financial_year_label,
        cast(floor((financial_month_number + 2) / 3) as bigint) as financial_quarter_number,
        cast(financial_month_number as bigint) as financial_month_number
    from numbered

)

select
    calendar_date,
    year_number,
    quarter_number,
    quarter_label,
    month_number,
    month_label,
    month_name,
    day_of_month,
    weekday_number,
    weekday_name,
    is_weekend,
    iso_year_number,
    iso_week_number,
    iso_week_label,
    financial_year_number,
    financial_year_label,
    financial_quarter_number,
    financial_month_number
from final
