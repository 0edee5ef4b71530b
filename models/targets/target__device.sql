with device_event as (

    select
        person_id,
        device_exposure_id as event_id,
        visit_occurrence_id as visit_id,
        device_exposure_start_date as start_date,
        device_exposure_end_date as end_date,
        device_concept_id as concept_id,
        device_type_concept_id as type_id,
        quantity as value_number,
        device_source_concept_id as source_concept_id,
        device_source_value as source_value
    from {{ ref('stg_omop__device_exposure') }}

),

attachment as (

    select
        person_id,
        event_id,
        event_date,
        episode_id
    from {{ ref('event_episode') }}
    where event_table = 'device_exposure'

)

select
    device_event.person_id,
    attachment.episode_id,
    device_event.event_id,
    device_event.visit_id,
    device_event.start_date,
    device_event.end_date,
    device_event.concept_id,
    device_event.type_id,
    device_event.value_number,
    device_event.source_concept_id,
    device_event.source_value
from device_event
left join attachment
    on
        device_event.person_id = attachment.person_id
        and device_event.event_id = attachment.event_id
        and device_event.start_date is not distinct from attachment.event_date
