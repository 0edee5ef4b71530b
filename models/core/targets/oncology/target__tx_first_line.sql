with first_treatment as (

    select
        person_id,
        episode_id,
        nested_id,
        event_id,
        treatment_id,
        start_date,
        end_date,
        concept_id,
        type_id,
        modality
    from {{ ref('target__tx_current_episode') }}

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
    first_treatment.person_id,
    first_treatment.episode_id,
    first_treatment.nested_id,
    first_treatment.event_id,
    first_treatment.treatment_id,
    first_treatment.start_date,
    first_treatment.end_date,
    first_treatment.concept_id,
    first_treatment.type_id,
    first_treatment.modality
from first_treatment
inner join first_root
    on
        first_treatment.person_id = first_root.person_id
        and first_treatment.episode_id = first_root.episode_id
where first_root.place = 1
