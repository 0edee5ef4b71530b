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
        has_an_aed_been_given,
        has_rescue_medication_been_prescribed,
        individualised_care_plan_in_place,
        individualised_care_plan_has_parent_carer_child_agreement,
        has_individualised_care_plan_been_updated_in_the_last_year,
        individualised_care_plan_parental_prolonged_seizure_care,
        individualised_care_plan_include_first_aid,
        individualised_care_plan_addresses_water_safety,
        individualised_care_plan_includes_service_contact_details,
        individualised_care_plan_includes_general_participation_risk,
        individualised_care_plan_addresses_sudep,
        individualised_care_plan_includes_ehcp,
        has_support_for_mental_health_support
    from {{ ref('stg_epilepsy12__management') }}
    where coalesce(record_exists, true)

)

select
    registration.person_id,
    registration.episode_id,
    registration.episode_id as event_id,
    form.person_id is not null as has_form,
    form.has_an_aed_been_given,
    form.has_rescue_medication_been_prescribed,
    form.individualised_care_plan_in_place,
    form.individualised_care_plan_has_parent_carer_child_agreement,
    form.has_individualised_care_plan_been_updated_in_the_last_year,
    form.individualised_care_plan_parental_prolonged_seizure_care,
    form.individualised_care_plan_include_first_aid,
    form.individualised_care_plan_addresses_water_safety,
    form.individualised_care_plan_includes_service_contact_details,
    form.individualised_care_plan_includes_general_participation_risk,
    form.individualised_care_plan_addresses_sudep,
    form.individualised_care_plan_includes_ehcp,
    form.has_support_for_mental_health_support
from registration
left join form
    on registration.person_id = form.person_id
