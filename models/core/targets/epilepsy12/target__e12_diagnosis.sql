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
        syndrome_present,
        mental_health_screen,
        mental_health_issue_identified
    from {{ ref('stg_epilepsy12__multiaxial_diagnosis') }}
    where coalesce(record_exists, true)

)

select
    registration.person_id,
    registration.episode_id,
    registration.episode_id as event_id,
    form.person_id is not null as has_form,
    form.syndrome_present,
    form.mental_health_screen,
    form.mental_health_issue_identified
from registration
left join form
    on registration.person_id = form.person_id
