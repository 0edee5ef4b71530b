with opted_out as (

    select person_id
    from {{ ref('opted_out_person') }}
    where population = 'omop'

),

recorded as (

    select
        {{ omop_column('procedure_occurrence', 'procedure_occurrence_id', 'bigint') }},
        {{ omop_column('procedure_occurrence', 'person_id', 'bigint') }},
        {{ omop_column('procedure_occurrence', 'procedure_concept_id', 'bigint') }},
        {{ omop_day('procedure_occurrence', 'procedure_datetime', 'procedure_date') }},
        {{ omop_day('procedure_occurrence', 'procedure_end_datetime', 'procedure_end_date', since='5.4') }},
        {{ omop_column('procedure_occurrence', 'procedure_type_concept_id', 'bigint') }},
        {{ omop_column('procedure_occurrence', 'modifier_concept_id', 'bigint') }},
        {{ omop_column('procedure_occurrence', 'quantity', 'number') }},
        {{ omop_column('procedure_occurrence', 'provider_id', 'bigint') }},
        {{ omop_column('procedure_occurrence', 'visit_occurrence_id', 'bigint') }},
        {{ omop_column('procedure_occurrence', 'procedure_source_value', 'text') }},
        {{ omop_column('procedure_occurrence', 'procedure_source_concept_id', 'bigint') }}
    from {{ omop_table('procedure_occurrence') }}

)

select
    procedure_occurrence_id,
    person_id,
    procedure_concept_id,
    procedure_date,
    procedure_end_date,
    procedure_type_concept_id,
    modifier_concept_id,
    quantity,
    provider_id,
    visit_occurrence_id,
    procedure_source_value,
    procedure_source_concept_id
from recorded
where not exists (
    select 1
    from opted_out
    where opted_out.person_id = recorded.person_id
)
