with condition_event as (

    select
        person_id,
        episode_id,
        nested_id,
        event_id,
        visit_id,
        start_date,
        end_date,
        concept_id,
        type_id,
        status_id,
        source_concept_id,
        source_value
    from {{ ref('target__condition') }}

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
    type_id,
    status_id,
    source_concept_id,
    source_value
from condition_event
where episode_id is not null or nested_id is not null
