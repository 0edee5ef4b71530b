with recorded as (

    select
        {{ omop_column('episode_event', 'episode_id', 'bigint') }},
        {{ omop_column('episode_event', 'event_id', 'bigint') }},
        {{ omop_column('episode_event', 'episode_event_field_concept_id', 'bigint') }}
    from {{ omop_table('episode_event') }}

)

select
    episode_id,
    event_id,
    episode_event_field_concept_id
from recorded
