with opted_out as (

    select person_id
    from {{ ref('opted_out_person') }}
    where population = 'omop'

),

recorded as (

    select
        {{ omop_column('device_exposure', 'device_exposure_id', 'bigint') }},
        {{ omop_column('device_exposure', 'person_id', 'bigint') }},
        {{ omop_column('device_exposure', 'device_concept_id', 'bigint') }},
        {{ omop_day('device_exposure', 'device_exposure_start_datetime', 'device_exposure_start_date') }},
        {{ omop_day('device_exposure', 'device_exposure_end_datetime', 'device_exposure_end_date') }},
        {{ omop_column('device_exposure', 'device_type_concept_id', 'bigint') }},
        {{ omop_column('device_exposure', 'quantity', 'number') }},
        {{ omop_column('device_exposure', 'provider_id', 'bigint') }},
        {{ omop_column('device_exposure', 'visit_occurrence_id', 'bigint') }},
        {{ omop_column('device_exposure', 'device_source_value', 'text') }},
        {{ omop_column('device_exposure', 'device_source_concept_id', 'bigint') }}
    from {{ omop_table('device_exposure') }}

)

select
    device_exposure_id,
    person_id,
    device_concept_id,
    device_exposure_start_date,
    device_exposure_end_date,
    device_type_concept_id,
    quantity,
    provider_id,
    visit_occurrence_id,
    device_source_value,
    device_source_concept_id
from recorded
where not exists (
    select 1
    from opted_out
    where opted_out.person_id = recorded.person_id
)
