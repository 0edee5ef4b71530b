-- What the links of EPISODE_EVENT point into, by field concept. Where event_field lacks it, nobody can say which table
-- the event is in: such links attach nothing, and the test link_fields_are_known counts them.
with episode_event as (

    select
        episode_event_field_concept_id as field_concept_id,
        count(*) as n_links
    from {{ ref('stg_omop__episode_event') }}
    where event_id is not null
    group by episode_event_field_concept_id

),

event_field as (

    select
        field_concept_id,
        event_table
    from {{ ref('event_field') }}

)

select
    episode_event.field_concept_id,
    event_field.event_table,
    cast(episode_event.n_links as bigint) as n_links
from episode_event
left join event_field
    on episode_event.field_concept_id = event_field.field_concept_id
