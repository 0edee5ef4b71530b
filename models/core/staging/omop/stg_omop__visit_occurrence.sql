with opted_out as (

    select person_id
    from {{ ref('opted_out_person') }}
    where population = 'omop'

),

recorded as (

    select
        {{ omop_column('visit_occurrence', 'visit_occurrence_id', 'bigint') }},
        {{ omop_column('visit_occurrence', 'person_id', 'bigint') }},
        {{ omop_column('visit_occurrence', 'visit_concept_id', 'bigint') }},
        {{ omop_day('visit_occurrence', 'visit_start_datetime', 'visit_start_date') }},
        {{ omop_day('visit_occurrence', 'visit_end_datetime', 'visit_end_date') }},
        {{ omop_column('visit_occurrence', 'visit_type_concept_id', 'bigint') }},
        {{ omop_column('visit_occurrence', 'provider_id', 'bigint') }},
        {{ omop_column('visit_occurrence', 'care_site_id', 'bigint') }},
        {{ omop_column('visit_occurrence', 'visit_source_value', 'text') }},
        {{ omop_column('visit_occurrence', 'visit_source_concept_id', 'bigint') }},
        {{ omop_column(
            'visit_occurrence', 'admitted_from_concept_id', 'bigint', formerly='admitting_source_concept_id'
        ) }},
        {{ omop_column(
            'visit_occurrence', 'discharged_to_concept_id', 'bigint', formerly='discharge_to_concept_id'
        ) }}
    from {{ omop_table('visit_occurrence') }}

)

select
    visit_occurrence_id,
    person_id,
    visit_concept_id,
    visit_start_date,
    visit_end_date,
    visit_type_concept_id,
    provider_id,
    care_site_id,
    visit_source_value,
    visit_source_concept_id,
    admitted_from_concept_id,
    discharged_to_concept_id
from recorded
where not exists (
    select 1
    from opted_out
    where opted_out.person_id = recorded.person_id
)
