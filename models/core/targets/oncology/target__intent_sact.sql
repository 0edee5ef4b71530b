with treatment as (

    select
        person_id,
        episode_id,
        nested_id,
        treatment_id,
        start_date,
        end_date,
        type_id,
        unattached_reason
    from {{ ref('target__tx_chemotherapy') }}

),

intent as (

    select
        person_id,
        treatment_id,
        concept_id
    from {{ ref('treatment_intent') }}
    where modality = 'drug' and not is_contradictory

)

select
    treatment.person_id,
    treatment.episode_id,
    treatment.nested_id,
    treatment.treatment_id as event_id,
    treatment.treatment_id,
    treatment.start_date,
    treatment.end_date,
    intent.concept_id,
    treatment.type_id,
    treatment.unattached_reason
from treatment
inner join intent
    on
        treatment.person_id = intent.person_id
        and treatment.treatment_id = intent.treatment_id
