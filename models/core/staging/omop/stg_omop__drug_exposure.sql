with opted_out as (

    select person_id
    from {{ ref('opted_out_person') }}
    where population = 'omop'

),

recorded as (

    select
        {{ omop_column('drug_exposure', 'drug_exposure_id', 'bigint') }},
        {{ omop_column('drug_exposure', 'person_id', 'bigint') }},
        {{ omop_column('drug_exposure', 'drug_concept_id', 'bigint') }},
        {{ omop_day('drug_exposure', 'drug_exposure_start_datetime', 'drug_exposure_start_date') }},
        {{ omop_day('drug_exposure', 'drug_exposure_end_datetime', 'drug_exposure_end_date') }},
        {{ omop_column('drug_exposure', 'drug_type_concept_id', 'bigint') }},
        {{ omop_column('drug_exposure', 'quantity', 'number') }},
        {{ omop_column('drug_exposure', 'days_supply', 'number') }},
        {{ omop_column('drug_exposure', 'route_concept_id', 'bigint') }},
        {{ omop_column('drug_exposure', 'provider_id', 'bigint') }},
        {{ omop_column('drug_exposure', 'visit_occurrence_id', 'bigint') }},
        {{ omop_column('drug_exposure', 'drug_source_value', 'text') }},
        {{ omop_column('drug_exposure', 'drug_source_concept_id', 'bigint') }}
    from {{ omop_table('drug_exposure') }}

)

select
    drug_exposure_id,
    person_id,
    drug_concept_id,
    drug_exposure_start_date,
    drug_exposure_end_date,
    drug_type_concept_id,
    quantity,
    days_supply,
    route_concept_id,
    provider_id,
    visit_occurrence_id,
    drug_source_value,
    drug_source_concept_id
from recorded
where not exists (
    select 1
    from opted_out
    where opted_out.person_id = recorded.person_id
)
