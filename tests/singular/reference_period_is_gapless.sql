-- Within a kind (and first month), each period begins the day after the one before it, and all cover 1900 to 2099.
with dated as (

    select
        period_kind,
        coalesce(financial_year_starts, 0) as financial_year_starts,
        period,
        start_date,
        end_date,
        lag(end_date) over (
            partition by period_kind, financial_year_starts order by start_date
        ) as previous_end,
        lag(period) over (
            partition by period_kind, financial_year_starts order by period
        ) as previous_label
    from {{ ref('reference_period') }}
    where start_date is not null

),

coverage as (

    select
        period_kind,
        financial_year_starts,
        min(start_date) as first_day,
        max(end_date) as last_day
    from dated
    group by period_kind, financial_year_starts

)

select
    period_kind,
    financial_year_starts,
    period as problem
from dated
where previous_end <> {{ add_interval('start_date', 0, -1) }} or previous_label = period
union all
select
    period_kind,
    financial_year_starts,
    'does not cover 1900 to 2099' as problem
from coverage
where first_day > cast('1900-01-01' as date) or last_day < cast('2099-12-31' as date)
union all
select
    'any' as period_kind,
    count(*) as financial_year_starts,
    'there must be one row each of all_time and undated, and 12 financial years' as problem
from {{ ref('reference_period') }}
where start_date is null or (period_kind = 'financial_year' and period in ('FY2025', 'FY2025/26'))
having count(*) <> 14
