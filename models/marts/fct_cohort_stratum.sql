-- One row per report, person, cohort date and stratifier of the report: which stratum the person is in at that date.
-- Results and cohort keys find theirs by report, person and cohort date (docs/semantics.md, 7).
with

stratum as (

    select
        report,
        population,
        person_id,
        cohort_date,
        stratifier,
        stratum
    from {{ ref('report_strata') }}

),

run_context as (

    select as_of
    from {{ ref('run_context') }}

),

final as (

    select
        stratum.report,
        stratum.population,
        stratum.population || '.' || {{ to_text('stratum.person_id') }} as person_key,
        stratum.person_id,
        stratum.cohort_date,
        stratum.stratifier,
        stratum.stratum,
        run_context.as_of
    from stratum
    cross join run_context

)

select
    report,
    population,
    person_key,
    person_id,
    cohort_date,
    stratifier,
    stratum,
    as_of
from final
