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
        syndrome_name
    from {{ ref('stg_epilepsy12__syndromes') }}

)

select
    registration.person_id,
    registration.episode_id,
    cast(row_number() over (
        order by
            registration.person_id,
            recorded.syndrome_name nulls last
    ) as bigint) as event_id,
    recorded.syndrome_name
from registration
inner join recorded
    on registration.person_id = recorded.person_id
