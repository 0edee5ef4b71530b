-- Which entities an organisation belongs to, cut into spans of days in which nothing changes: a day falls into at most
-- one span of an organisation, and in a span an organisation stands at most once in an entity. So whoever is placed in
-- a span counts once for each of its entities, and counts of organisations add up to counts of entities.
with

belongs as (

    select distinct
        population,
        organisation,
        level_name,
        entity,
        coalesce(valid_from, cast('0001-01-01' as date)) as first_day,
        coalesce(valid_to, cast('9999-12-31' as date)) as last_day
    from {{ ref('organisation_level') }}

),

edge as (

    select
        population,
        organisation,
        first_day as span_from
    from belongs
    where first_day <= last_day

    union

    select
        population,
        organisation,
        {{ add_interval('last_day', 0, 1) }} as span_from
    from belongs
    where
        first_day <= last_day
        and last_day < cast('9999-12-31' as date)

),

span as (

    select
        population,
        organisation,
        span_from,
        lead(span_from) over (partition by population, organisation order by span_from) as next_from
    from edge

),

final as (

    select distinct
        span.population,
        span.organisation,
        span.span_from,
        coalesce({{ add_interval('span.next_from', 0, -1) }}, cast('9999-12-31' as date)) as span_to,
        belongs.level_name,
        belongs.entity
    from span
    inner join belongs
        on
            span.population = belongs.population
            and span.organisation = belongs.organisation
            and span.span_from between belongs.first_day and belongs.last_day

)

select
    population,
    organisation,
    span_from,
    span_to,
    level_name,
    entity
from final
