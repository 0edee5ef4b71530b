-- One row per report, sub-cohort and cohort key that is in it, and one per key for the full cohort. A measure of a
-- coarser grain than the report counts for each of its keys (docs/semantics.md, 2.4 and 5).
with

cohort_key as (

    select
        report,
        population,
        person_id,
        episode_id,
        measure_resolver,
        cohort_date
    from {{ ref('report_cohort_keys') }}

),

sub_cohort as (

    select
        report,
        cohort,
        sub_cohort,
        measure,
        key_match
    from {{ ref('catalogue_cohort') }}
    where measure is not null

),

member as (

    select
        measure,
        version,
        person_id,
        episode_id,
        measure_resolver,
        measure_date
    from {{ ref('fct_measure_member') }}

),

run_context as (

    select as_of
    from {{ ref('run_context') }}

),

in_sub_cohort as (

    select
        cohort_key.report,
        cohort_key.population,
        sub_cohort.cohort,
        sub_cohort.sub_cohort,
        cohort_key.person_id,
        cohort_key.episode_id,
        cohort_key.measure_resolver,
        cohort_key.cohort_date,
        member.version as measure_version,
        min(member.measure_date) as first_date
    from cohort_key
    inner join sub_cohort
        on cohort_key.report = sub_cohort.report
    inner join member
        on
            sub_cohort.measure = member.measure
            and cohort_key.person_id = member.person_id
            and (
                sub_cohort.key_match = 'person'
                or (sub_cohort.key_match = 'episode' and cohort_key.episode_id = member.episode_id)
                or (
                    sub_cohort.key_match = 'key'
                    and cohort_key.measure_resolver = member.measure_resolver
                    and cohort_key.episode_id is not distinct from member.episode_id
                )
            )
    group by
        cohort_key.report,
        cohort_key.population,
        sub_cohort.cohort,
        sub_cohort.sub_cohort,
        cohort_key.person_id,
        cohort_key.episode_id,
        cohort_key.measure_resolver,
        cohort_key.cohort_date,
        member.version

),

membership as (

    select
        report,
        population,
        cohort,
        sub_cohort,
        person_id,
        episode_id,
        measure_resolver,
        measure_version,
        cohort_date,
        first_date
    from in_sub_cohort

    union all

    select
        report,
        population,
        'full_cohort' as cohort,
        'full_cohort' as sub_cohort,
        person_id,
        episode_id,
        measure_resolver,
        cast(null as bigint) as measure_version,
        cohort_date,
        cohort_date as first_date
    from cohort_key

),

final as (

    select
        membership.report,
        membership.population,
        membership.cohort,
        membership.sub_cohort,
        membership.report || '.' || membership.cohort || '.' || membership.sub_cohort as cohort_key,
        membership.population || '.' || {{ to_text('membership.person_id') }} as person_key,
        membership.population || '.' || {{ to_text('membership.person_id') }}
        || '.' || {{ to_text('membership.episode_id') }} as episode_key,
        membership.person_id,
        membership.episode_id,
        membership.measure_resolver,
        membership.measure_version,
        membership.cohort_date,
        membership.first_date,
        run_context.as_of
    from membership
    cross join run_context

)

select
    report,
    population,
    cohort,
    sub_cohort,
    cohort_key,
    person_key,
    episode_key,
    person_id,
    episode_id,
    measure_resolver,
    measure_version,
    cohort_date,
    first_date,
    as_of
from final
