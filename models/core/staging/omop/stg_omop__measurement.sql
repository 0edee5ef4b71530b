with opted_out as (

    select person_id
    from {{ ref('opted_out_person') }}
    where population = 'omop'

),

recorded as (

    select
        {{ omop_column('measurement', 'measurement_id', 'bigint') }},
        {{ omop_column('measurement', 'person_id', 'bigint') }},
        {{ omop_column('measurement', 'measurement_concept_id', 'bigint') }},
        {{ omop_day('measurement', 'measurement_datetime', 'measurement_date') }},
        {{ omop_column('measurement', 'measurement_type_concept_id', 'bigint') }},
        {{ omop_column('measurement', 'operator_concept_id', 'bigint') }},
        {{ omop_column('measurement', 'value_as_number', 'number') }},
        {{ omop_column('measurement', 'value_as_concept_id', 'bigint') }},
        {{ omop_column('measurement', 'unit_concept_id', 'bigint') }},
        {{ omop_column('measurement', 'range_low', 'number') }},
        {{ omop_column('measurement', 'range_high', 'number') }},
        {{ omop_column('measurement', 'provider_id', 'bigint') }},
        {{ omop_column('measurement', 'visit_occurrence_id', 'bigint') }},
        {{ omop_column('measurement', 'measurement_source_value', 'text') }},
        {{ omop_column('measurement', 'measurement_source_concept_id', 'bigint') }},
        {{ omop_column('measurement', 'value_source_value', 'text') }},
        {{ omop_column('measurement', 'measurement_event_id', 'bigint', since='5.4') }},
        {{ omop_column('measurement', 'meas_event_field_concept_id', 'bigint', since='5.4') }}
    from {{ omop_table('measurement') }}

)

select
    measurement_id,
    person_id,
    measurement_concept_id,
    measurement_date,
    measurement_type_concept_id,
    operator_concept_id,
    value_as_number,
    value_as_concept_id,
    unit_concept_id,
    range_low,
    range_high,
    provider_id,
    visit_occurrence_id,
    measurement_source_value,
    measurement_source_concept_id,
    value_source_value,
    measurement_event_id,
    meas_event_field_concept_id
from recorded
where not exists (
    select 1
    from opted_out
    where opted_out.person_id = recorded.person_id
)
