with treatment as (

    select
        person_id,
        episode_id,
        nested_id,
        treatment_id,
        start_date,
        end_date,
        concept_id,
        kind_id,
        type_id,
        value_number
    from {{ ref('treatment_modality') }}
    where modality = 'radiotherapy'

)

select
    person_id,
    episode_id,
    nested_id,
    treatment_id as event_id,
    treatment_id,
    start_date,
    end_date,
    concept_id,
    kind_id,
    type_id,
    value_number
from treatment
