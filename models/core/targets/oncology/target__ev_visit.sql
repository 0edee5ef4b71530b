with visit_event as (

    select
        person_id,
        episode_id,
        nested_id,
        event_id,
        visit_id,
        start_date,
        end_date,
        concept_id,
        specialty_id,
        type_id,
        source_concept_id,
        source_value,
        unattached_reason
    from {{ ref('target__visit') }}

)

select
    person_id,
    episode_id,
    nested_id,
    event_id,
    visit_id,
    start_date,
    end_date,
    concept_id,
    specialty_id,
    type_id,
    source_concept_id,
    source_value,
    unattached_reason
from visit_event
where specialty_id <> 0
