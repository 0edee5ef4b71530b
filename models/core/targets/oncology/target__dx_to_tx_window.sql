with milestone as (

    select
        person_id,
        episode_id,
        diagnosis_date,
        first_treatment_date as treatment_date
    from {{ ref('episode_milestone') }}
    where diagnosis_date is not null and first_treatment_date is not null

)

select
    person_id,
    episode_id,
    episode_id as event_id,
    case when diagnosis_date <= treatment_date then diagnosis_date else treatment_date end as start_date,
    case when diagnosis_date <= treatment_date then treatment_date else diagnosis_date end as end_date,
    diagnosis_date,
    treatment_date,
    cast({{ date_diff_days('treatment_date', 'diagnosis_date') }} as numeric(38, 10)) as value_number
from milestone
