with condition_event as (

    select
        person_id,
        episode_id,
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
    where episode_id is not null and nested_id is null

),

episode_of_care as (

    select
        person_id,
        episode_id,
        start_date
    from {{ ref('episode_of_care') }}

),

-- A condition that is linked to a treatment only, such as a harm it did, is no diagnosis of the disease.
link as (

    select
        person_id,
        event_id,
        episode_id,
        max(case when nested_episode_id is null and treatment_episode_id is null then 1 else 0 end) as is_direct
    from {{ ref('episode_link') }}
    where event_table = 'condition_occurrence' and episode_id is not null
    group by person_id, event_id, episode_id

)

select
    condition_event.person_id,
    condition_event.episode_id,
    condition_event.event_id,
    condition_event.visit_id,
    episode_of_care.start_date,
    condition_event.start_date as condition_date,
    condition_event.end_date as condition_end_date,
    condition_event.concept_id,
    condition_event.type_id,
    condition_event.status_id,
    condition_event.source_concept_id,
    condition_event.source_value
from condition_event
inner join episode_of_care
    on
        condition_event.person_id = episode_of_care.person_id
        and condition_event.episode_id = episode_of_care.episode_id
left join link
    on
        condition_event.person_id = link.person_id
        and condition_event.event_id = link.event_id
        and condition_event.episode_id = link.episode_id
where coalesce(link.is_direct, 1) = 1
