with run_context as (

    select as_of
    from {{ ref('run_context') }}

),

-- A treatment after as_of has not begun: one without a date may be the first before it.
treatment as (

    select
        any_treatment.person_id,
        any_treatment.episode_id,
        any_treatment.nested_id,
        any_treatment.event_id,
        any_treatment.treatment_id,
        any_treatment.start_date,
        any_treatment.end_date,
        any_treatment.concept_id,
        any_treatment.type_id,
        any_treatment.modality
    from {{ ref('target__tx_any') }} as any_treatment
    cross join run_context
    where
        any_treatment.episode_id is not null
        and (any_treatment.start_date is null or any_treatment.start_date <= run_context.as_of)

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
