select
    person_id,
    episode_id,
    episode_id as event_id,
    first_paediatric_assessment_date,
    eligibility_criteria_met,
    registration_complete,
    first_paediatric_assessment_complete,
    assessment_complete,
    epilepsy_context_complete,
    multiaxial_diagnosis_complete,
    investigations_complete,
    management_complete
from {{ ref('epilepsy12_registration') }}
