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
        ods_code,
        actively_involved,
        primary_centre
    from {{ ref('stg_epilepsy12__sites') }}

)

select
    registration.person_id,
    registration.episode_id,
    cast(row_number() over (
        order by
            registration.person_id,
            recorded.ods_code nulls last,
            recorded.actively_involved nulls last,
            recorded.primary_centre nulls last
    ) as bigint) as event_id,
    recorded.ods_code,
    recorded.actively_involved,
    recorded.primary_centre
from registration
inner join recorded
    on registration.person_id = recorded.person_id
