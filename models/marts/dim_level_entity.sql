-- One row per entity of a level: what it is called, and how many organisations ever belonged to it. Beside the entities
-- of each level that a report has stands `not attributed`: who counts for none of them.
with

named as (

    select
        population,
        level_name,
        entity,
        title,
        organisation
    from {{ ref('organisation_level') }}

    union all

    select distinct
        report.population,
        report_level.level_name,
        'not attributed' as entity,
        'Not attributed' as title,
        {{ to_text('null') }} as organisation
    from {{ ref('catalogue_report_level') }} as report_level
    inner join {{ ref('dim_report') }} as report
        on report_level.report = report.report
    where report.is_built

)

select
    population || '.' || level_name || '.' || entity as entity_key,
    population,
    level_name,
    entity,
    min(title) as title,
    cast(count(distinct organisation) as bigint) as organisations
from named
group by population, level_name, entity
