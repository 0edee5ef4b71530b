-- The episode of this population: the first year of care after the first paediatric assessment.
with

recorded as (

    select distinct
        person_id,
        first_paediatric_assessment_date,
        eligibility_criteria_met,
        registered_org,
        current_lead_org,
        registration_complete,
        first_paediatric_assessment_complete,
        assessment_complete,
        epilepsy_context_complete,
        multiaxial_diagnosis_complete,
        investigations_complete,
        management_complete
    from {{ ref('stg_epilepsy12__children') }}
    where person_id is not null

)

select
    person_id,
    person_id as episode_id,
    first_paediatric_assessment_date as start_date,
    {{ add_interval('first_paediatric_assessment_date', 12, 0) }} as end_date,
    first_paediatric_assessment_date,
    eligibility_criteria_met,
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
