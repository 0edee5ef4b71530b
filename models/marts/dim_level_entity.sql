-- One row per entity of a level: what it is called, and how many organisations ever belonged to it.
select
    population || '.' || level_name || '.' || entity as entity_key,
    population,
    level_name,
    entity,
    min(title) as title,
    cast(count(distinct organisation) as bigint) as organisations
from {{ ref('organisation_level') }}
group by population, level_name, entity
