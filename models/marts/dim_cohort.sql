-- One row per sub-cohort of each report, and one for the report's full cohort: the keys that are in any of them.
with

sub_cohort as (

    select
        report,
        position,
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
        title,
        description,
        population,
        is_built
    from {{ ref('dim_report') }}

),

cohort_definition as (

    select
        construct,
        definition,
        cohort_definition_id
    from {{ ref('catalogue_cohort_definition') }}

),

final as (

    select
        sub_cohort.report,
        report.population,
        sub_cohort.cohort,
        sub_cohort.sub_cohort,
        sub_cohort.position,
        sub_cohort.title,
        sub_cohort.description,
        sub_cohort.measure,
        sub_cohort.is_primary,
        cohort_definition.cohort_definition_id,
        report.is_built
    from sub_cohort
    inner join report
        on sub_cohort.report = report.report
    left join cohort_definition
        on
            sub_cohort.measure = cohort_definition.definition
            and cohort_definition.construct = 'measure'

    union all

    select
        report.report,
        report.population,
        'full_cohort' as cohort,
        'full_cohort' as sub_cohort,
        cast(0 as bigint) as position,
        report.title,
        report.description,
        cast(null as {{ dbt.type_string() }}) as measure,
        false as is_primary,
        cohort_definition.cohort_definition_id,
        report.is_built
    from report
    left join cohort_definition
        on
            report.report = cohort_definition.definition
            and cohort_definition.construct = 'report'

)

select
    report || '.' || cohort || '.' || sub_cohort as cohort_key,
    report,
    population,
    cohort,
    sub_cohort,
    position,
    title,
    description,
    measure,
    is_primary,
    cohort_definition_id,
    is_built
from final
