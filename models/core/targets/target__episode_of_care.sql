select
    person_id,
    episode_id,
    episode_id as event_id,
    start_date,
    end_date,
    episode_object_concept_id as concept_id,
    episode_concept_id as kind_id,
    episode_type_concept_id as type_id
from {{ ref('episode_of_care') }}
