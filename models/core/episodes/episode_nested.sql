with episode_lineage as (

    select
        person_id,
        root_episode_id,
        episode_id,
        kind,
        episode_parent_id,
        episode_concept_id,
        episode_object_concept_id,
        episode_type_concept_id,
        episode_start_date,
        episode_end_date
    from {{ ref('episode_lineage') }}

)

select
    person_id,
    root_episode_id as episode_id,
    episode_id as nested_episode_id,
    episode_parent_id,
    episode_concept_id,
    episode_object_concept_id,
    episode_type_concept_id,
    episode_start_date as start_date,
    episode_end_date as end_date
from episode_lineage
where
    kind = 'nested'
    and root_episode_id is not null
