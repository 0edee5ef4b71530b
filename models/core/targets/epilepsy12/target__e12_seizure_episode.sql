with

registration as (

    select
        person_id,
        episode_id
    from {{ ref('epilepsy12_registration') }}

),

recorded as (

    select distinct
        person_id,
        status,
        onset_type,
        generalised_onset,
        focal_onset_myoclonic
    from {{ ref('stg_epilepsy12__episodes') }}

)

select
    registration.person_id,
    registration.episode_id,
    cast(row_number() over (
        order by
            registration.person_id,
            recorded.status nulls last,
            recorded.onset_type nulls last,
            recorded.generalised_onset nulls last,
            recorded.focal_onset_myoclonic nulls last
    ) as bigint) as event_id,
    recorded.status,
    recorded.onset_type,
    recorded.generalised_onset,
    recorded.focal_onset_myoclonic
from registration
inner join recorded
    on registration.person_id = recorded.person_id
