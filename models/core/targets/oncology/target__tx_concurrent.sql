with treatment_pair as (

    select
        person_id,
        episode_id,
        chemotherapy_id,
        radiotherapy_id,
        later_start_date,
        is_concurrent
    from {{ ref('treatment_pair') }}

),

ordered as (

    select
        person_id,
        episode_id,
        chemotherapy_id,
        radiotherapy_id,
        later_start_date,
        is_concurrent,
        row_number() over (
            partition by person_id, episode_id
            order by
                case when is_concurrent then 0 else 1 end asc,
                later_start_date asc,
                chemotherapy_id asc,
                radiotherapy_id asc
        ) as place
    from treatment_pair

)

select
    person_id,
    episode_id,
    episode_id as event_id,
    chemotherapy_id,
    radiotherapy_id,
    later_start_date as start_date,
    is_concurrent as value_flag
from ordered
where place = 1
