with source_episode as (

    select
        person_id,
        episode_id,
        episode_concept_id,
        episode_parent_id,
        episode_object_concept_id,
        episode_type_concept_id,
        episode_start_date,
        episode_end_date
    from {{ ref('stg_omop__episode') }}
    where person_id is not null and episode_id is not null

),

episode_kind as (

    select
        episode_concept_id,
        kind
    from {{ ref('episode_kind') }}

),

-- A source may repeat an episode; one row of it is enough. The order leaves only equal rows to choose from.
numbered as (

    select
        source_episode.person_id,
        source_episode.episode_id,
        source_episode.episode_concept_id,
        coalesce(episode_kind.kind, 'nested') as kind,
        source_episode.episode_parent_id,
        source_episode.episode_object_concept_id,
        source_episode.episode_type_concept_id,
        source_episode.episode_start_date,
        source_episode.episode_end_date,
        row_number() over (
            partition by source_episode.person_id, source_episode.episode_id
            order by
                source_episode.episode_start_date asc nulls last,
                source_episode.episode_end_date desc nulls first,
                source_episode.episode_concept_id asc nulls last,
                source_episode.episode_object_concept_id asc nulls last,
                source_episode.episode_parent_id asc nulls last,
                source_episode.episode_type_concept_id asc nulls last
        ) as repeat_number
    from source_episode
    left join episode_kind
        on source_episode.episode_concept_id = episode_kind.episode_concept_id

),

episode as (

    select
        person_id,
        episode_id,
        episode_concept_id,
        kind,
        episode_parent_id,
        episode_object_concept_id,
        episode_type_concept_id,
        episode_start_date,
        episode_end_date
    from numbered
    where repeat_number = 1

),

-- One step up: a root stays where it is, anything else goes to its parent, if that is an episode of the same person.
one_step as (

    select
        episode.person_id,
        episode.episode_id,
        case
            when episode.kind = 'disease' and coalesce(parent.kind, '') <> 'disease' then episode.episode_id
            else parent.episode_id
        end as reached_id
    from episode
    left join episode as parent
        on
            episode.person_id = parent.person_id
            and episode.episode_parent_id = parent.episode_id

),

two_steps as (

    select
        one_step.person_id,
        one_step.episode_id,
        further.reached_id
    from one_step
    left join one_step as further
        on
            one_step.person_id = further.person_id
            and one_step.reached_id = further.episode_id

),

four_steps as (

    select
        two_steps.person_id,
        two_steps.episode_id,
        further.reached_id
    from two_steps
    left join two_steps as further
        on
            two_steps.person_id = further.person_id
            and two_steps.reached_id = further.episode_id

),

eight_steps as (

    select
        four_steps.person_id,
        four_steps.episode_id,
        further.reached_id
    from four_steps
    left join four_steps as further
        on
            four_steps.person_id = further.person_id
            and four_steps.reached_id = further.episode_id

),

-- Whoever stays in place is a root; what was reached counts only if it is one (parents can go round in a circle).
root as (

    select
        person_id,
        episode_id
    from one_step
    where episode_id = reached_id

)

select
    episode.person_id,
    episode.episode_id,
    episode.episode_concept_id,
    episode.kind,
    root.episode_id as root_episode_id,
    episode.episode_object_concept_id,
    episode.episode_type_concept_id,
    episode.episode_start_date,
    episode.episode_end_date
from episode
inner join eight_steps
    on
        episode.person_id = eight_steps.person_id
        and episode.episode_id = eight_steps.episode_id
left join root
    on
        eight_steps.person_id = root.person_id
        and eight_steps.reached_id = root.episode_id
