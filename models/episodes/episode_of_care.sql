with lineage as (

    select
        person_id,
        episode_id,
        root_episode_id,
        episode_concept_id,
        episode_object_concept_id,
        episode_type_concept_id,
        episode_start_date,
        episode_end_date
    from {{ ref('episode_lineage') }}

)

select
    person_id,
    episode_id,
    episode_concept_id,
    episode_object_concept_id,
    episode_type_concept_id,
    episode_start_date as start_date,
    episode_end_date as end_date
from lineage
where episode_id = root_episode_id
