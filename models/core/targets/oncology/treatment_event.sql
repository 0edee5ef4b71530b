-- What the recorded links say that a treatment consists of: its own events and those of its cycles.
with treatment as (

    select
        person_id,
        episode_id,
        coalesce(treatment_episode_id, episode_id) as treatment_id
    from {{ ref('episode_lineage') }}
    where kind = 'treatment'

),

recorded as (

    select
        episode_event.episode_id,
        event_field.event_table,
        episode_event.event_id
    from {{ ref('stg_omop__episode_event') }} as episode_event
    inner join {{ ref('event_field') }} as event_field
        on episode_event.episode_event_field_concept_id = event_field.field_concept_id

)

select
    treatment.person_id,
    treatment.treatment_id,
    recorded.event_table,
    recorded.event_id
from treatment
inner join recorded
    on treatment.episode_id = recorded.episode_id

union

-- A treatment and its cycles stand for themselves too, for what modifies an episode.
select
    person_id,
    treatment_id,
    'episode' as event_table,
    episode_id as event_id
from treatment
