{{ config(pre_hook="{{ e12_check_source() }}") }}

with opted_out as (

    select person_id
    from {{ ref('opted_out_person') }}
    where population = 'epilepsy12'

),

recorded as (

    select
        {{ text_id('child_id') }} as person_id,
        trim({{ to_text('child_id') }}) as child_id,
        {{ e12_flag('record_exists') }} as record_exists,
        {{ e12_flag('has_an_aed_been_given') }} as has_an_aed_been_given,
        {{ e12_flag('has_rescue_medication_been_prescribed') }} as has_rescue_medication_been_prescribed,
        {{ e12_flag('individualised_care_plan_in_place') }} as individualised_care_plan_in_place,
        {{ e12_flag('individualised_care_plan_has_parent_carer_child_agreement') }}
            as individualised_care_plan_has_parent_carer_child_agreement,
        {{ e12_flag('has_individualised_care_plan_been_updated_in_the_last_year') }}
            as has_individualised_care_plan_been_updated_in_the_last_year,
        {{ e12_flag('individualised_care_plan_parental_prolonged_seizure_care') }}
            as individualised_care_plan_parental_prolonged_seizure_care,
        {{ e12_flag('individualised_care_plan_include_first_aid') }} as individualised_care_plan_include_first_aid,
        {{ e12_flag('individualised_care_plan_addresses_water_safety') }}
            as individualised_care_plan_addresses_water_safety,
        {{ e12_flag('individualised_care_plan_includes_service_contact_details') }}
            as individualised_care_plan_includes_service_contact_details,
        {{ e12_flag('individualised_care_plan_includes_general_participation_risk') }}
            as individualised_care_plan_includes_general_participation_risk,
        {{ e12_flag('individualised_care_plan_addresses_sudep') }} as individualised_care_plan_addresses_sudep,
        {{ e12_flag('individualised_care_plan_includes_ehcp') }} as individualised_care_plan_includes_ehcp,
        {{ e12_flag('has_support_for_mental_health_support') }} as has_support_for_mental_health_support
    from {{ e12_table('management') }}

)

select
    person_id,
    child_id,
    record_exists,
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
from recorded
where not exists (
    select 1
    from opted_out
    where opted_out.person_id = recorded.person_id
)
