with primary_condition as (

    select
        person_id,
        episode_id,
        event_id,
        visit_id,
        start_date,
        condition_date,
        condition_end_date,
        concept_id,
        type_id,
        status_id,
        source_concept_id,
        source_value
    from {{ ref('target__dx_primary') }}

),

first_root as (

    select
        person_id,
        episode_id,
        row_number() over (
            partition by person_id
            order by start_date asc nulls last, episode_id asc
        ) as place
    from {{ ref('episode_of_care') }}

)

select
    primary_condition.person_id,
    primary_condition.episode_id,
    primary_condition.event_id,
    primary_condition.visit_id,
    primary_condition.start_date,
    primary_condition.condition_date,
    primary_condition.condition_end_date,
    primary_condition.concept_id,
    primary_condition.type_id,
    primary_condition.status_id,
    primary_condition.source_concept_id,
    primary_condition.source_value
from primary_condition
inner join first_root
    on
        primary_condition.person_id = first_root.person_id
        and primary_condition.episode_id = first_root.episode_id
where first_root.place = 1
