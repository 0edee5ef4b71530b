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
        {{ e12_whole('sex') }} as sex,
        {{ e12_day('date_of_birth') }} as date_of_birth,
        {{ e12_text('ethnicity') }} as ethnicity,
        {{ e12_whole('imd_quintile') }} as imd_quintile,
        {{ e12_day('first_paediatric_assessment_date') }} as first_paediatric_assessment_date,
        {{ e12_flag('eligibility_criteria_met') }} as eligibility_criteria_met,
        {{ e12_whole('cohort') }} as cohort,
        {{ e12_day('completed_first_year_of_care_date') }} as completed_first_year_of_care_date,
        {{ e12_code('registered_org') }} as registered_org,
        {{ e12_code('current_lead_org') }} as current_lead_org,
        {{ e12_flag('registration_complete') }} as registration_complete,
        {{ e12_flag('first_paediatric_assessment_complete') }} as first_paediatric_assessment_complete,
        {{ e12_flag('assessment_complete') }} as assessment_complete,
        {{ e12_flag('epilepsy_context_complete') }} as epilepsy_context_complete,
        {{ e12_flag('multiaxial_diagnosis_complete') }} as multiaxial_diagnosis_complete,
        {{ e12_flag('investigations_complete') }} as investigations_complete,
        {{ e12_flag('management_complete') }} as management_complete
    from {{ e12_table('children') }}

)

select
    person_id,
    child_id,
    sex,
    date_of_birth,
    ethnicity,
    imd_quintile,
    first_paediatric_assessment_date,
    eligibility_criteria_met,
    cohort,
    completed_first_year_of_care_date,
    registered_org,
    current_lead_org,
    registration_complete,
    first_paediatric_assessment_complete,
    assessment_complete,
    epilepsy_context_complete,
    multiaxial_diagnosis_complete,
    investigations_complete,
    management_complete
from recorded
where not exists (
    select 1
    from opted_out
    where opted_out.person_id = recorded.person_id
)
