-- One row per child; a child without the form has a row of unknown answers.
with

registration as (

    select
        person_id,
        episode_id
    from {{ ref('epilepsy12_registration') }}

),

form as (

    -- a row that stands twice with the same answers is one
    select distinct
        person_id,
        were_any_of_the_epileptic_seizures_convulsive,
        diagnosis_of_epilepsy_withdrawn
    from {{ ref('stg_epilepsy12__epilepsy_context') }}
    where coalesce(record_exists, true)

)

select
    registration.person_id,
    registration.episode_id,
    registration.episode_id as event_id,
    form.person_id is not null as has_form,
    form.were_any_of_the_epileptic_seizures_convulsive,
    form.diagnosis_of_epilepsy_withdrawn
from registration
left join form
    on registration.person_id = form.person_id
