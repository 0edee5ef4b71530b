-- Which organisation a registration counts for, under each rule of attribution. A child without one counts for none.
with

registration as (

    select
        person_id,
        episode_id,
        registered_org,
        current_lead_org
    from {{ ref('epilepsy12_registration') }}

),

attributed as (

    select
        person_id,
        episode_id,
        'registered' as attribution,
        registered_org as organisation
    from registration
    union all
    select
        person_id,
        episode_id,
        'lead' as attribution,
        current_lead_org as organisation
    from registration

)

select
    person_id,
    episode_id,
    attribution,
    organisation
from attributed
where organisation is not null
