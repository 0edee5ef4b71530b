-- depends_on: {{ ref('opted_out_person') }}
-- OMOP's table of cohort definitions: every measure and report of the packs that are built.
with

definition as (

    select
        cohort_definition_id,
        construct,
        definition,
        title,
        description
    from {{ ref('catalogue_cohort_definition') }}
    where population = 'omop'

),

built as (

    select
        'measure' as construct,
        measure as definition
    from {{ ref('dim_measure') }}
    where is_built

    union all

    select
        'report' as construct,
        report as definition
    from {{ ref('dim_report') }}
    where is_built

),

run_context as (

    select as_of
    from {{ ref('run_context') }}

)

select
    definition.cohort_definition_id,
    definition.title as cohort_definition_name,
    definition.description as cohort_definition_description,
    cast(0 as bigint) as definition_type_concept_id,
    'measuremart ' || definition.construct || ' ' || definition.definition as cohort_definition_syntax,
    cast(0 as bigint) as subject_concept_id,
    run_context.as_of as cohort_initiation_date
from definition
inner join built
    on
        definition.construct = built.construct
        and definition.definition = built.definition
cross join run_context
