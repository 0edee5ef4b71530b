with run_context as (

    select as_of
    from {{ ref('run_context') }}

),

-- Dated by the episode's start, a condition after as_of would be seen all the same: it is left out here.
condition_event as (

    select
        condition_row.person_id,
        condition_row.episode_id,
        condition_row.event_id,
        condition_row.visit_id,
        condition_row.start_date,
        condition_row.end_date,
        condition_row.concept_id,
        condition_row.type_id,
        condition_row.status_id,
        condition_row.source_concept_id,
        condition_row.source_value
    from {{ ref('target__condition') }} as condition_row
    cross join run_context
    where
        condition_row.episode_id is not null
        and condition_row.nested_id is null
        and (condition_row.start_date is null or condition_row.start_date <= run_context.as_of)

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
