with

registration as (

    select
        person_id,
        episode_id
    from {{ ref('epilepsy12_registration') }}

),

medicine as (

    select
        person_id,
        entry_order,
        medicine_name,
        is_rescue,
        start_date,
        pregnancy_prevention_programme_in_place,
        annual_risk_form_completed
    from {{ ref('stg_epilepsy12__medicines') }}

)

select
    registration.person_id,
    registration.episode_id,
    medicine.entry_order as event_id,
    medicine.medicine_name,
    medicine.is_rescue,
    medicine.start_date,
    medicine.pregnancy_prevention_programme_in_place,
    medicine.annual_risk_form_completed
from registration
inner join medicine
    on registration.person_id = medicine.person_id
