with milestone as (

    select
        person_id,
        episode_id,
        last_treatment_date as treatment_date,
        death_date
    from {{ ref('episode_milestone') }}
    where last_treatment_date is not null and death_date is not null

)

select
    person_id,
    episode_id,
    episode_id as event_id,
    case when treatment_date <= death_date then treatment_date else death_date end as start_date,
    case when treatment_date <= death_date then death_date else treatment_date end as end_date,
    treatment_date,
    death_date,
    cast({{ date_diff_days('death_date', 'treatment_date') }} as numeric(38, 10)) as value_number
from milestone
