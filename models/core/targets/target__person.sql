select
    person_id,
    person_id as event_id,
    gender_concept_id as gender_id,
    race_concept_id as race_id,
    ethnicity_concept_id as ethnicity_id
from {{ ref('stg_omop__person') }}
