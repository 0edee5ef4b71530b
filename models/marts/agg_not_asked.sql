-- One row per report, indicator that is valid only for some periods (`valid_for`), and reason: how many keys of the
-- report's cohort the indicator is not asked of, so that they have no result (docs/semantics.md, 6.2). With `grain:
-- person` these are keys, too; a person counts in n_persons even where another key of the person is asked.
with

validity as (

    select
        report,
        indicator,
        start_date,
        end_date
    from {{ ref('catalogue_report_validity') }}

),

indicator as (

    -- not called indicator: in the inner query Spark would take indicator.indicator for a part of the column
    select
        listed.report,
        listed.indicator,
        listed.version
    from {{ ref('dim_indicator') }} as listed
    inner join {{ ref('dim_report') }} as report
        on listed.report = report.report
    where
        report.is_built
        and listed.is_available
        and exists (
            select 1 as present
            from validity
            where
                listed.report = validity.report
                and listed.indicator = validity.indicator
        )

),

reason as (

    select 'outside_the_periods' as reason

    union all

    select 'cohort_date_unknown' as reason

),

not_asked as (

    select
        limited.report,
        limited.indicator,
        cohort_key.person_id,
        case
            when cohort_key.cohort_date is null then 'cohort_date_unknown'
            else 'outside_the_periods'
        end as reason
    from indicator as limited
    inner join {{ ref('report_cohort_keys') }} as cohort_key
        on limited.report = cohort_key.report
    where
        not exists (
            select 1 as present
            from validity
            where
                limited.report = validity.report
                and limited.indicator = validity.indicator
                and cohort_key.cohort_date between validity.start_date and validity.end_date
        )

),

counted as (

    select
        report,
        indicator,
        reason,
        count(*) as n_keys,
        count(distinct person_id) as n_persons
    from not_asked
    group by report, indicator, reason

),

run_context as (

    select as_of
    from {{ ref('run_context') }}

),

final as (

    select
        indicator.report,
        indicator.indicator,
        indicator.version,
        reason.reason,
        cast(coalesce(counted.n_keys, 0) as bigint) as n_keys,
        cast(coalesce(counted.n_persons, 0) as bigint) as n_persons,
        run_context.as_of
    from indicator
    cross join reason
    cross join run_context
    left join counted
        on
            indicator.report = counted.report
            and indicator.indicator = counted.indicator
            and reason.reason = counted.reason

)

select
    report || '.' || indicator as indicator_key,
    report,
    indicator,
    version,
    reason,
    n_keys,
    n_persons,
    as_of
from final
