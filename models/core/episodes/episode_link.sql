with episode_event as (

    select
        episode_id,
        event_id,
        episode_event_field_concept_id
    from {{ ref('stg_omop__episode_event') }}
    where event_id is not null

),

event_field as (

    select
        field_concept_id,
        event_table
    from {{ ref('event_field') }}

),

episode_lineage as (

    select
        person_id,
        episode_id,
        root_episode_id,
        nested_episode_id,
        treatment_episode_id
    from {{ ref('episode_lineage') }}
    where root_episode_id is not null

)

select distinct
    event_field.event_table,
    episode_lineage.person_id,
    episode_event.event_id,
    case
        when episode_lineage.nested_episode_id is null or {{ 'true' if var('credit_nested_to_root') else 'false' }}
            then episode_lineage.root_episode_id
    end as episode_id,
    episode_lineage.nested_episode_id,
    episode_lineage.treatment_episode_id
from episode_event
inner join event_field
    on episode_event.episode_event_field_concept_id = event_field.field_concept_id
inner join episode_lineage
    on episode_event.episode_id = episode_lineage.episode_id
