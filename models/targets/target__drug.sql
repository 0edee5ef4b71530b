with drug_event as (

    select
        person_id,
        drug_exposure_id as event_id,
        visit_occurrence_id as visit_id,
        drug_exposure_start_date as start_date,
        drug_exposure_end_date as end_date,
        drug_concept_id as concept_id,
        drug_type_concept_id as type_id,
        route_concept_id as route_id,
        quantity as value_number,
        days_supply,
        drug_source_concept_id as source_concept_id,
        drug_source_value as source_value
    from {{ ref('stg_omop__drug_exposure') }}

),

attachment as (

    select
        person_id,
        event_id,
        event_date,
        episode_id,
        treatment_id
    from {{ ref('event_episode') }}
    where event_table = 'drug_exposure'

)

select
    drug_event.person_id,
    attachment.episode_id,
    drug_event.event_id,
    drug_event.visit_id,
    attachment.treatment_id,
    drug_event.start_date,
    drug_event.end_date,
    drug_event.concept_id,
    drug_event.type_id,
    drug_event.route_id,
    drug_event.value_number,
    drug_event.days_supply,
    drug_event.source_concept_id,
    drug_event.source_value
from drug_event
left join attachment
    on
        drug_event.person_id = attachment.person_id
        and drug_event.event_id = attachment.event_id
        and drug_event.start_date is not distinct from attachment.event_date
