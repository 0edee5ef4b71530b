with treatment as (

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
    from {{ ref('target__tx_any') }}
    where episode_id is not null

),

-- The last digit of the event id is the modality's rank, the others are the record's id.
ordered as (

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
        modality,
        row_number() over (
            partition by person_id, episode_id
            order by
                start_date asc nulls last,
                mod(event_id, 10) asc,
                event_id asc,
                nested_id asc nulls first,
                treatment_id asc nulls last,
                end_date asc nulls last,
                concept_id asc nulls last,
                type_id asc nulls last
        ) as place
    from treatment

)

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
from ordered
where place = 1
