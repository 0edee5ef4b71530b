select
    person_id,
    observation_period_id as event_id,
    observation_period_start_date as start_date,
    observation_period_end_date as end_date,
    period_type_concept_id as type_id
from {{ ref('stg_omop__observation_period') }}
