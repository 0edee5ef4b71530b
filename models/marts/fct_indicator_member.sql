-- One row per indicator and key that is in both its denominator and its numerator, free of any report.
{{ config(materialized='view') }}

with

member as (

    select
        indicator,
        population,
        person_id,
        episode_id,
        measure_resolver,
        numerator_date
    from {{ ref('indicator_members') }}

),

run_context as (

    select as_of
    from {{ ref('run_context') }}

)

select
    member.indicator,
    member.population,
    member.population || '.' || {{ to_text('member.person_id') }} as person_key,
    member.population || '.' || {{ to_text('member.person_id') }}
    || '.' || {{ to_text('member.episode_id') }} as episode_key,
    member.person_id,
    member.episode_id,
    member.measure_resolver,
    member.numerator_date,
    run_context.as_of
from member
cross join run_context
