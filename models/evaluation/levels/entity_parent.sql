-- Which entities of other levels an entity shares an organisation with, and in which days. Levels are no tree: an
-- entity may have several parents of one level, at once or one after the other.
with

membership as (

    select
        population,
        organisation,
        span_from,
        span_to,
        level_name,
        entity
    from {{ ref('organisation_membership') }}

)

select distinct
    child.population,
    child.level_name,
    child.entity,
    parent.level_name as parent_level,
    parent.entity as parent_entity,
    child.span_from,
    child.span_to
from membership as child
inner join membership as parent
    on
        child.population = parent.population
        and child.organisation = parent.organisation
        and child.span_from = parent.span_from
        and child.level_name <> parent.level_name
