with measurement_event as (

    select
        person_id,
        measurement_id as event_id,
        visit_occurrence_id as visit_id,
        measurement_date as start_date,
        measurement_concept_id as concept_id,
        measurement_type_concept_id as type_id,
        operator_concept_id as operator_id,
        value_as_number as value_number,
        unit_concept_id as unit_id,
        value_as_concept_id as value_concept_id,
        value_source_value as value_text,
        range_low,
        range_high,
        measurement_source_concept_id as source_concept_id,
        measurement_source_value as source_value
    from {{ ref('stg_omop__measurement') }}

),

attachment as (

    select
        person_id,
        event_id,
        event_date,
        episode_id
    from {{ ref('event_episode') }}
    where event_table = 'measurement'

)

select
    measurement_event.person_id,
    attachment.episode_id,
    measurement_event.event_id,
    measurement_event.visit_id,
    measurement_event.start_date,
    measurement_event.concept_id,
    measurement_event.type_id,
    measurement_event.operator_id,
    measurement_event.value_number,
    measurement_event.unit_id,
    measurement_event.value_concept_id,
    measurement_event.value_text,
    measurement_event.range_low,
    measurement_event.range_high,
    measurement_event.source_concept_id,
    measurement_event.source_value
from measurement_event
left join attachment
    on
        measurement_event.person_id = attachment.person_id
        and measurement_event.event_id = attachment.event_id
        and measurement_event.start_date is not distinct from attachment.event_date
