with opted_out as (

    select person_id
    from {{ ref('opted_out_person') }}
    where population = 'omop'

),

recorded as (

    select
        {{ omop_column('observation', 'observation_id', 'bigint') }},
        {{ omop_column('observation', 'person_id', 'bigint') }},
        {{ omop_column('observation', 'observation_concept_id', 'bigint') }},
        {{ omop_day('observation', 'observation_datetime', 'observation_date') }},
        {{ omop_column('observation', 'observation_type_concept_id', 'bigint') }},
        {{ omop_column('observation', 'value_as_number', 'number') }},
        {{ omop_column('observation', 'value_as_string', 'text') }},
        {{ omop_column('observation', 'value_as_concept_id', 'bigint') }},
        {{ omop_column('observation', 'qualifier_concept_id', 'bigint') }},
        {{ omop_column('observation', 'unit_concept_id', 'bigint') }},
        {{ omop_column('observation', 'provider_id', 'bigint') }},
        {{ omop_column('observation', 'visit_occurrence_id', 'bigint') }},
        {{ omop_column('observation', 'observation_source_value', 'text') }},
        {{ omop_column('observation', 'observation_source_concept_id', 'bigint') }},
        {{ omop_column('observation', 'value_source_value', 'text', since='5.4') }},
        {{ omop_column('observation', 'observation_event_id', 'bigint', since='5.4') }},
        {{ omop_column('observation', 'obs_event_field_concept_id', 'bigint', since='5.4') }}
    from {{ omop_table('observation') }}

)

select
    observation_id,
    person_id,
    observation_concept_id,
    observation_date,
    observation_type_concept_id,
    value_as_number,
    value_as_string,
    value_as_concept_id,
    qualifier_concept_id,
    unit_concept_id,
    provider_id,
    visit_occurrence_id,
    observation_source_value,
    observation_source_concept_id,
    value_source_value,
    observation_event_id,
    obs_event_field_concept_id
from recorded
where not exists (
    select 1
    from opted_out
    where opted_out.person_id = recorded.person_id
)
