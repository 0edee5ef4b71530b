with opted_out as (

    select person_id
    from {{ ref('opted_out_person') }}
    where population = 'omop'

),

recorded as (

    select
        {{ omop_column('condition_occurrence', 'condition_occurrence_id', 'bigint') }},
        {{ omop_column('condition_occurrence', 'person_id', 'bigint') }},
        {{ omop_column('condition_occurrence', 'condition_concept_id', 'bigint') }},
        {{ omop_day('condition_occurrence', 'condition_start_datetime', 'condition_start_date') }},
        {{ omop_day('condition_occurrence', 'condition_end_datetime', 'condition_end_date') }},
        {{ omop_column('condition_occurrence', 'condition_type_concept_id', 'bigint') }},
        {{ omop_column('condition_occurrence', 'condition_status_concept_id', 'bigint') }},
        {{ omop_column('condition_occurrence', 'provider_id', 'bigint') }},
        {{ omop_column('condition_occurrence', 'visit_occurrence_id', 'bigint') }},
        {{ omop_column('condition_occurrence', 'condition_source_value', 'text') }},
        {{ omop_column('condition_occurrence', 'condition_source_concept_id', 'bigint') }}
    from {{ omop_table('condition_occurrence') }}

)

select
    condition_occurrence_id,
    person_id,
    condition_concept_id,
    condition_start_date,
    condition_end_date,
    condition_type_concept_id,
    condition_status_concept_id,
    provider_id,
    visit_occurrence_id,
    condition_source_value,
    condition_source_concept_id
from recorded
where not exists (
    select 1
    from opted_out
    where opted_out.person_id = recorded.person_id
)
