-- An end that is not known is open: the treatment goes on. An end before its start is that start.
with chemotherapy as (

    select
        person_id,
        episode_id,
        treatment_id,
        start_date,
        case when end_date < start_date then start_date else end_date end as end_date
    from {{ ref('target__tx_chemotherapy') }}
    where episode_id is not null and start_date is not null

),

radiotherapy as (

    select
        person_id,
        episode_id,
        treatment_id,
        start_date,
        case when end_date < start_date then start_date else end_date end as end_date
    from {{ ref('target__tx_radiotherapy') }}
    where episode_id is not null and start_date is not null

)

select
    chemotherapy.person_id,
    chemotherapy.episode_id,
    chemotherapy.treatment_id as chemotherapy_id,
    radiotherapy.treatment_id as radiotherapy_id,
    case
        when chemotherapy.start_date >= radiotherapy.start_date then chemotherapy.start_date
        else radiotherapy.start_date
    end as later_start_date,
    (chemotherapy.end_date is null or radiotherapy.start_date <= chemotherapy.end_date)
    and (radiotherapy.end_date is null or chemotherapy.start_date <= radiotherapy.end_date) as is_concurrent
from chemotherapy
inner join radiotherapy
    on
        chemotherapy.person_id = radiotherapy.person_id
        and chemotherapy.episode_id = radiotherapy.episode_id
