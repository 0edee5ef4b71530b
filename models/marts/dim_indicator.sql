-- depends_on: {{ ref('opted_out_person') }}
-- One row per report and indicator, as the report states it: a report may restate a title or a benchmark without
-- changing the indicator for others.
with

indicator as (

    select
        report,
        indicator,
        position as indicator_order,
        title,
        description,
        reference,
        version,
        statistic,
        denominator,
        numerator,
        denominator_window,
        numerator_window,
        reference_date,
        opportunity,
        undated_numerator,
        grain,
        valid_for,
        benchmark_value,
        benchmark_unit,
        better,
        unavailable_reason
    from {{ ref('catalogue_report_indicator') }}

)

select
    report || '.' || indicator as indicator_key,
    report,
    indicator,
    indicator_order,
    title,
    description,
    reference,
    version,
    statistic,
    denominator,
    numerator,
    denominator_window,
    numerator_window,
    reference_date,
    opportunity,
    undated_numerator,
    grain,
    valid_for,
    benchmark_value,
    benchmark_unit,
    better,
    unavailable_reason is null as is_available,
    unavailable_reason
from indicator
