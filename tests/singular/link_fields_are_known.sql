{{ config(severity='warn', fail_calc='coalesce(sum(n_links), 0)') }}

-- Links of EPISODE_EVENT whose field concept names no event table: they attach no event (docs/semantics.md, 2.6). The
-- count is of links. A row of the seed event_field says which table a further field concept means.
select
    field_concept_id,
    n_links
from {{ ref('episode_link_field') }}
where event_table is null
