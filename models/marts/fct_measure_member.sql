-- One row per member of every measure of the packs that are built. A view: measures hold these rows already.
{{ config(materialized='view') }}

with

member as (

    select
        population,
        measure,
        person_id,
        episode_id,
        measure_resolver,
        measure_date
    from {{ ref('measure_members') }}

),

measure as (

    select
        measure,
        is_timeless,
        version
    from {{ ref('dim_measure') }}

),

run_context as (

    select as_of
    from {{ ref('run_context') }}

),

final as (

    select
        member.population,
        member.measure,
        measure.version,
        member.population || '.' || {{ to_text('member.person_id') }} as person_key,
        member.population || '.' || {{ to_text('member.person_id') }}
        || '.' || {{ to_text('member.episode_id') }} as episode_key,
        member.person_id,
        member.episode_id,
        member.measure_resolver,
        member.measure_date,
        measure.is_timeless,
        run_context.as_of
    from member
    inner join measure
        on member.measure = measure.measure
    cross join run_context

)

select
    population,
    measure,
    version,
    person_key,
    episode_key,
    person_id,
    episode_id,
    measure_resolver,
    measure_date,
    is_timeless,
    as_of
from final
