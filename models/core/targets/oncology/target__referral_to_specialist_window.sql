with milestone as (

    select
        person_id,
        episode_id,
        referral_date,
        specialist_date
    from {{ ref('episode_milestone') }}
    where referral_date is not null and specialist_date is not null

)

select
    person_id,
    episode_id,
    episode_id as event_id,
    case when referral_date <= specialist_date then referral_date else specialist_date end as start_date,
    case when referral_date <= specialist_date then specialist_date else referral_date end as end_date,
    referral_date,
    specialist_date,
    cast({{ date_diff_days('specialist_date', 'referral_date') }} as numeric(38, 10)) as value_number
from milestone
