with intent as (

    select
        person_id,
        episode_id,
        nested_id,
        event_id,
        treatment_id,
        start_date,
        end_date,
        concept_id,
        type_id
    from {{ ref('target__intent_rt') }}

),

concurrent_treatment as (

    select distinct
        person_id,
        episode_id,
        radiotherapy_id
    from {{ ref('treatment_pair') }}
    where is_concurrent

)

select
    intent.person_id,
    intent.episode_id,
    intent.nested_id,
    intent.event_id,
    intent.treatment_id,
    intent.start_date,
    intent.end_date,
    intent.concept_id,
    intent.type_id
from intent
inner join concurrent_treatment
    on
        intent.person_id = concurrent_treatment.person_id
        and intent.episode_id = concurrent_treatment.episode_id
        and intent.treatment_id = concurrent_treatment.radiotherapy_id
