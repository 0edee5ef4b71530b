select
    person_id,
    person_id as event_id,
    death_date as start_date,
    cause_concept_id as concept_id,
    death_type_concept_id as type_id,
    cause_source_concept_id as source_concept_id,
    cause_source_value as source_value
from {{ ref('stg_omop__death') }}
