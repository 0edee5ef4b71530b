with visit_event as (

    select
        person_id,
        visit_occurrence_id as event_id,
        visit_occurrence_id as visit_id,
        visit_start_date as start_date,
        visit_end_date as end_date,
        visit_concept_id as concept_id,
        visit_type_concept_id as type_id,
        admitted_from_concept_id as admitted_from_id,
        discharged_to_concept_id as discharged_to_id,
        visit_source_concept_id as source_concept_id,
        visit_source_value as source_value
    from {{ ref('stg_omop__visit_occurrence') }}

),

attachment as (

    select
        person_id,
        event_id,
        event_date,
        episode_id
    from {{ ref('event_episode') }}
    where event_table = 'visit_occurrence'

)

select
    visit_event.person_id,
    attachment.episode_id,
    visit_event.event_id,
    visit_event.visit_id,
    visit_event.start_date,
    visit_event.end_date,
    visit_event.concept_id,
    visit_event.type_id,
    visit_event.admitted_from_id,
    visit_event.discharged_to_id,
    visit_event.source_concept_id,
    visit_event.source_value
from visit_event
left join attachment
    on
        visit_event.person_id = attachment.person_id
        and visit_event.event_id = attachment.event_id
        and visit_event.start_date is not distinct from attachment.event_date
