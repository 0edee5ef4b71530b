with procedure_event as (

    select
        person_id,
        episode_id,
        nested_id,
        event_id,
        visit_id,
        treatment_id,
        start_date,
        end_date,
        concept_id,
        type_id,
        modifier_id,
        source_concept_id,
        source_value,
        unattached_reason
    from {{ ref('target__procedure') }}

),

cancer_surgery as (

    select concept_id
    from {{ ref('concept_set_concept') }}
    where concept_set = 'cancer_surgery'

)

select
    procedure_event.person_id,
    procedure_event.episode_id,
    procedure_event.nested_id,
    procedure_event.event_id,
    procedure_event.visit_id,
    procedure_event.treatment_id,
    procedure_event.start_date,
    procedure_event.end_date,
    procedure_event.concept_id,
    procedure_event.type_id,
    procedure_event.modifier_id,
    procedure_event.source_concept_id,
    procedure_event.source_value,
    procedure_event.unattached_reason
from procedure_event
inner join cancer_surgery
    on procedure_event.concept_id = cancer_surgery.concept_id
