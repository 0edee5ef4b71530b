with episode_lineage as (

    select
        person_id,
        episode_id,
        kind,
        root_episode_id,
        episode_concept_id,
        episode_object_concept_id,
        episode_type_concept_id,
        episode_start_date,
        episode_end_date,
        coalesce(
            episode_end_date, {{ add_interval('episode_start_date', 0, var('attach_days_open')) }}
        ) as own_window_end_date
    from {{ ref('episode_lineage') }}
    where root_episode_id is not null

),

root as (

    select
        person_id,
        episode_id,
        episode_concept_id,
        episode_object_concept_id,
        episode_type_concept_id,
        episode_start_date,
        episode_end_date
    from episode_lineage
    where episode_id = root_episode_id

),

-- An episode without a start has no window: it is not reached by dates, and it extends nothing.
window_end as (

    select
        person_id,
        root_episode_id,
        max(own_window_end_date) as window_end_date
    from episode_lineage
    where
        kind in ('disease', 'nested')
        and episode_start_date is not null
    group by person_id, root_episode_id

),

final as (

    select
        root.person_id,
        root.episode_id,
        root.episode_concept_id,
        root.episode_object_concept_id,
        root.episode_type_concept_id,
        root.episode_start_date as start_date,
        root.episode_end_date as end_date,
        {{ add_interval('root.episode_start_date', 0, '-' ~ var('attach_days_before')) }} as window_start_date,
        case when root.episode_start_date is not null then window_end.window_end_date end as window_end_date
    from root
    left join window_end
        on
            root.person_id = window_end.person_id
            and root.episode_id = window_end.root_episode_id

)

select
    person_id,
    episode_id,
    episode_concept_id,
    episode_object_concept_id,
    episode_type_concept_id,
    start_date,
    end_date,
    window_start_date,
    window_end_date
from final
