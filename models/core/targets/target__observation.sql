-- The concepts that some definition asks about; a null asks for every event (docs/semantics.md, 2.9).
with asked as (

    select concept_id
    from {{ ref('asked_concept') }}
    where target_model = 'target__observation'

),

observation_event as (

    select
        person_id,
        observation_id as event_id,
        visit_occurrence_id as visit_id,
        observation_date as start_date,
        observation_concept_id as concept_id,
        observation_type_concept_id as type_id,
        qualifier_concept_id as qualifier_id,
        value_as_number as value_number,
        unit_concept_id as unit_id,
        value_as_concept_id as value_concept_id,
        value_as_string as value_text,
        observation_source_concept_id as source_concept_id,
        observation_source_value as source_value
    from {{ ref('stg_omop__observation') }}
    where
        observation_concept_id in (select asked.concept_id from asked)
        or exists (
            select 1
            from asked
            where asked.concept_id is null
        )

),

episode_link as (

    select
        person_id,
        event_id,
        episode_id,
        nested_episode_id
    from {{ ref('episode_link') }}
    where event_table = 'observation'

),

-- Events that are linked to an episode of anyone.
linked_id as (

    select distinct event_id
    from episode_link

),

episode_reach as (

    select
        person_id,
        from_date,
        to_date,
        episode_id
    from {{ ref('episode_reach') }}

),

person_with_episode as (

    select distinct person_id
    from {{ ref('episode_of_care') }}

),

-- A recorded link wins: only an event without one is attached by its day.
linked as (

    select
        observation_event.person_id,
        observation_event.event_id,
        observation_event.visit_id,
        observation_event.start_date,
        observation_event.concept_id,
        observation_event.type_id,
        observation_event.qualifier_id,
        observation_event.value_number,
        observation_event.unit_id,
        observation_event.value_concept_id,
        observation_event.value_text,
        observation_event.source_concept_id,
        observation_event.source_value,
        episode_link.event_id as linked_event_id,
        episode_link.episode_id as linked_episode_id,
        episode_link.nested_episode_id as nested_id,
        case when episode_link.event_id is null then observation_event.start_date end as unlinked_date
    from observation_event
    left join episode_link
        on
            observation_event.person_id = episode_link.person_id
            and observation_event.event_id = episode_link.event_id

),

final as (

    select
        linked.person_id,
        coalesce(linked.linked_episode_id, episode_reach.episode_id) as episode_id,
        linked.event_id,
        linked.visit_id,
        linked.nested_id,
        linked.start_date,
        linked.concept_id,
        linked.type_id,
        linked.qualifier_id,
        linked.value_number,
        linked.unit_id,
        linked.value_concept_id,
        linked.value_text,
        linked.source_concept_id,
        linked.source_value,
        case
            when linked.linked_episode_id is not null then 'link'
            when episode_reach.episode_id is not null then 'date'
        end as attached_by,
        case
            when linked.linked_episode_id is not null or episode_reach.episode_id is not null then null
            when linked.linked_event_id is not null then 'nested_not_credited'
            when linked_id.event_id is not null then 'link_to_another_person'
            when person_with_episode.person_id is null then 'no_episode'
            when linked.start_date is null then 'date_unknown'
            else '{{ 'outside_every_window' if var('attach_by_dates') else 'not_linked' }}'
        end as unattached_reason
    from linked
    left join episode_reach
        on
            linked.person_id = episode_reach.person_id
            and linked.unlinked_date >= episode_reach.from_date
            and linked.unlinked_date <= episode_reach.to_date
    left join linked_id
        on linked.event_id = linked_id.event_id
    left join person_with_episode
        on linked.person_id = person_with_episode.person_id

)

select
    person_id,
    episode_id,
    event_id,
    visit_id,
    nested_id,
    start_date,
    concept_id,
    type_id,
    qualifier_id,
    value_number,
    unit_id,
    value_concept_id,
    value_text,
    source_concept_id,
    source_value,
    attached_by,
    unattached_reason
from final
