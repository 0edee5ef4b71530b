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
        value_number,
        unattached_reason
    from {{ ref('treatment_modality') }}
    where modality = 'drug'

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
    value_number,
    unattached_reason
from treatment
