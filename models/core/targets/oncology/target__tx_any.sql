-- The id of a record and its modality make the event id: record 12 is 121 as surgery, 122 as drug, 123 as radiotherapy.
with surgical as (

    select
        person_id,
        episode_id,
        nested_id,
        event_id * 10 + 1 as event_id,
        treatment_id,
        start_date,
        end_date,
        concept_id,
        type_id,
        'surgery' as modality,
        unattached_reason
    from {{ ref('target__tx_surgical') }}

),

drug as (

    select
        person_id,
        episode_id,
        nested_id,
        event_id * 10 + 2 as event_id,
        treatment_id,
        start_date,
        end_date,
        concept_id,
        type_id,
        'drug' as modality,
        unattached_reason
    from {{ ref('target__tx_chemotherapy') }}

),

ray as (

    select
        person_id,
        episode_id,
        nested_id,
        event_id * 10 + 3 as event_id,
        treatment_id,
        start_date,
        end_date,
        concept_id,
        type_id,
        'radiotherapy' as modality,
        unattached_reason
    from {{ ref('target__tx_radiotherapy') }}

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
    modality,
    unattached_reason
from surgical

union all

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
    unattached_reason
from drug

union all

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
    unattached_reason
from ray
