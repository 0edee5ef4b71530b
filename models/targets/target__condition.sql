with condition_event as (

    select
        person_id,
        condition_occurrence_id as event_id,
        visit_occurrence_id as visit_id,
        condition_start_date as start_date,
        condition_end_date as end_date,
        condition_concept_id as concept_id,
        condition_type_concept_id as type_id,
        condition_status_concept_id as status_id,
        condition_source_concept_id as source_concept_id,
        condition_source_value as source_value
    from {{ ref('stg_omop__condition_occurrence') }}

),

attachment as (

    select
        person_id,
        event_id,
        event_date,
        episode_id
    from {{ ref('event_episode') }}
    where event_table = 'condition_occurrence'

)

select
    condition_event.person_id,
    attachment.episode_id,
    condition_event.event_id,
    condition_event.visit_id,
    condition_event.start_date,
    condition_event.end_date,
    condition_event.concept_id,
    condition_event.type_id,
    condition_event.status_id,
    condition_event.source_concept_id,
    condition_event.source_value
from condition_event
left join attachment
    on
        condition_event.person_id = attachment.person_id
        and condition_event.event_id = attachment.event_id
        and condition_event.start_date is not distinct from attachment.event_date
