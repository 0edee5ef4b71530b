with observation_event as (

    select
        person_id,
        observation_id as event_id,
        visit_occurrence_id as visit_id,
        observation_date as start_date,
        observation_concept_id as concept_id,
        observation_type_concept_id as type_id,
        qualifier_concept_id as qualifier_id,
        value_as_number as value_number,
        unit_concept_id as unit_id,
        value_as_concept_id as value_concept_id,
        value_as_string as value_text,
        observation_source_concept_id as source_concept_id,
        observation_source_value as source_value
    from {{ ref('stg_omop__observation') }}

),

attachment as (

    select
        person_id,
        event_id,
        event_date,
        episode_id
    from {{ ref('event_episode') }}
    where event_table = 'observation'

)

select
    observation_event.person_id,
    attachment.episode_id,
    observation_event.event_id,
    observation_event.visit_id,
    observation_event.start_date,
    observation_event.concept_id,
    observation_event.type_id,
    observation_event.qualifier_id,
    observation_event.value_number,
    observation_event.unit_id,
    observation_event.value_concept_id,
    observation_event.value_text,
    observation_event.source_concept_id,
    observation_event.source_value
from observation_event
left join attachment
    on
        observation_event.person_id = attachment.person_id
        and observation_event.event_id = attachment.event_id
        and observation_event.start_date is not distinct from attachment.event_date
