with procedure_event as (

    select
        person_id,
        procedure_occurrence_id as event_id,
        visit_occurrence_id as visit_id,
        procedure_date as start_date,
        procedure_end_date as end_date,
        procedure_concept_id as concept_id,
        procedure_type_concept_id as type_id,
        modifier_concept_id as modifier_id,
        quantity as value_number,
        procedure_source_concept_id as source_concept_id,
        procedure_source_value as source_value
    from {{ ref('stg_omop__procedure_occurrence') }}

),

attachment as (

    select
        person_id,
        event_id,
        event_date,
        episode_id,
        treatment_id
    from {{ ref('event_episode') }}
    where event_table = 'procedure_occurrence'

)

select
    procedure_event.person_id,
    attachment.episode_id,
    procedure_event.event_id,
    procedure_event.visit_id,
    attachment.treatment_id,
    procedure_event.start_date,
    procedure_event.end_date,
    procedure_event.concept_id,
    procedure_event.type_id,
    procedure_event.modifier_id,
    procedure_event.value_number,
    procedure_event.source_concept_id,
    procedure_event.source_value
from procedure_event
left join attachment
    on
        procedure_event.person_id = attachment.person_id
        and procedure_event.event_id = attachment.event_id
        and procedure_event.start_date is not distinct from attachment.event_date
