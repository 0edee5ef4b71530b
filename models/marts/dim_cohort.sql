-- depends_on: {{ ref('opted_out_person') }}
-- One row per sub-cohort of each report, and one for the report's full cohort: the keys that are in any of them.
with

cohort as (

    select
        report,
        position as cohort_order,
        cohort,
        sub_cohort,
        title,
        description,
        measure,
        is_primary
    from {{ ref('catalogue_cohort') }}

),

report as (

    select
        report,
        population,
        is_built
    from {{ ref('dim_report') }}

),

-- The full cohort has the number of its report, a sub-cohort that of its measure.
cohort_definition as (

    select
        construct,
        definition,
        cohort_definition_id
    from {{ ref('catalogue_cohort_definition') }}

),

final as (

    select
        cohort.report || '.' || cohort.cohort || '.' || cohort.sub_cohort as cohort_key,
        cohort.report,
        report.population,
        cohort.cohort,
        cohort.sub_cohort,
        cohort.cohort_order,
        cohort.title,
        cohort.description,
        cohort.measure,
        cohort.is_primary,
        cohort_definition.cohort_definition_id,
        report.is_built
    from cohort
    inner join report
        on cohort.report = report.report
    left join cohort_definition
        on
            cohort_definition.construct = case when cohort.measure is null then 'report' else 'measure' end
            and cohort_definition.definition = coalesce(cohort.measure, cohort.report)

)

select
    cohort_key,
    report,
    population,
    cohort,
    sub_cohort,
    cohort_order,
    title,
    description,
    measure,
    is_primary,
    cohort_definition_id,
    is_built
from final
