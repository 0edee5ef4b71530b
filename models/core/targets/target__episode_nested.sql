select
    person_id,
    episode_id,
    nested_episode_id as event_id,
    nested_episode_id as nested_id,
    start_date,
    end_date,
    episode_concept_id as concept_id,
    episode_object_concept_id as object_id,
    episode_type_concept_id as type_id
from {{ ref('episode_nested') }}
