-- One row per source table of events: how far it reaches, and when the whole was released. What begins after as_of is
-- seen by no definition, and says nothing of how fresh a table is: it is counted apart. Opted-out persons are left out.
with

event as (

    select
        'observation_period' as source_table,
        observation_period_start_date as begins_on,
        observation_period_end_date as event_date
    from {{ ref('stg_omop__observation_period') }}
    union all
    select
        'visit_occurrence' as source_table,
        visit_start_date as begins_on,
        visit_start_date as event_date
    from {{ ref('stg_omop__visit_occurrence') }}
    union all
    select
        'condition_occurrence' as source_table,
        condition_start_date as begins_on,
        condition_start_date as event_date
    from {{ ref('stg_omop__condition_occurrence') }}
    union all
    select
        'drug_exposure' as source_table,
        drug_exposure_start_date as begins_on,
        drug_exposure_start_date as event_date
    from {{ ref('stg_omop__drug_exposure') }}
    union all
    select
        'procedure_occurrence' as source_table,
        procedure_date as begins_on,
        procedure_date as event_date
    from {{ ref('stg_omop__procedure_occurrence') }}
    union all
    select
        'measurement' as source_table,
        measurement_date as begins_on,
        measurement_date as event_date
    from {{ ref('stg_omop__measurement') }}
    union all
    select
        'observation' as source_table,
        observation_date as begins_on,
        observation_date as event_date
    from {{ ref('stg_omop__observation') }}
    union all
    select
        'device_exposure' as source_table,
        device_exposure_start_date as begins_on,
        device_exposure_start_date as event_date
    from {{ ref('stg_omop__device_exposure') }}
    union all
    select
        'death' as source_table,
        death_date as begins_on,
        death_date as event_date
    from {{ ref('stg_omop__death') }}
    union all
    select
        'episode' as source_table,
        episode_start_date as begins_on,
        episode_start_date as event_date
    from {{ ref('stg_omop__episode') }}

),

source_table as (

    select 'observation_period' as source_table
    union all
    select 'visit_occurrence' as source_table
    union all
    select 'condition_occurrence' as source_table
    union all
    select 'drug_exposure' as source_table
    union all
    select 'procedure_occurrence' as source_table
    union all
    select 'measurement' as source_table
    union all
    select 'observation' as source_table
    union all
    select 'device_exposure' as source_table
    union all
    select 'death' as source_table
    union all
    select 'episode' as source_table

),

run_context as (

    select as_of
    from {{ ref('run_context') }}

),

-- A source says once where it comes from; of several rows, the latest days.
release as (

    select
        min(cdm_source_name) as source_name,
        max(source_release_date) as source_release_date,
        max(cdm_release_date) as cdm_release_date,
        max(vocabulary_version) as vocabulary_version
    from {{ ref('stg_omop__cdm_source') }}

),

counted as (

    select
        event.source_table,
        count(*) as n_rows,
        sum(case when event.event_date is null then 1 else 0 end) as n_undated,
        sum(case when event.begins_on > run_context.as_of then 1 else 0 end) as n_after_as_of,
        min(event.event_date) as first_date,
        max(case when event.event_date <= run_context.as_of then event.event_date end) as last_date
    from event
    cross join run_context
    group by event.source_table

),

final as (

    select
        'omop' as population,
        source_table.source_table,
        cast(coalesce(counted.n_rows, 0) as bigint) as n_rows,
        cast(coalesce(counted.n_undated, 0) as bigint) as n_undated,
        cast(coalesce(counted.n_after_as_of, 0) as bigint) as n_after_as_of,
        counted.first_date,
        counted.last_date,
        release.source_name,
        release.source_release_date,
        release.cdm_release_date,
        release.vocabulary_version,
        run_context.as_of
    from source_table
    left join counted
        on source_table.source_table = counted.source_table
    cross join release
    cross join run_context

)

select
    population,
    source_table,
    n_rows,
    n_undated,
    n_after_as_of,
    first_date,
    last_date,
    source_name,
    source_release_date,
    cdm_release_date,
    vocabulary_version,
    as_of
from final
