with run_context as (

    select as_of
    from {{ ref('run_context') }}

),

-- An episode that starts after as_of does not exist yet: it is no parent, and nothing is attached to it.
source_episode as (

    select
        recorded.person_id,
        recorded.episode_id,
        recorded.episode_concept_id,
        recorded.episode_parent_id,
        recorded.episode_object_concept_id,
        recorded.episode_type_concept_id,
        recorded.episode_number,
        recorded.episode_start_date,
        recorded.episode_end_date
    from {{ ref('stg_omop__episode') }} as recorded
    cross join run_context
    where
        recorded.person_id is not null
        and recorded.episode_id is not null
        and (recorded.episode_start_date is null or recorded.episode_start_date <= run_context.as_of)

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
        coalesce(episode_kind.kind, 'nested') as recorded_kind,
        case
            when source_episode.episode_parent_id <> source_episode.episode_id then source_episode.episode_parent_id
        end as named_parent_id,
        source_episode.episode_object_concept_id,
        source_episode.episode_type_concept_id,
        source_episode.episode_number,
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
                source_episode.episode_type_concept_id asc nulls last,
                source_episode.episode_number asc nulls last
        ) as repeat_number
    from source_episode
    left join episode_kind
        on source_episode.episode_concept_id = episode_kind.episode_concept_id

),

recorded as (

    select
        person_id,
        episode_id,
        episode_concept_id,
        recorded_kind,
        named_parent_id,
        episode_object_concept_id,
        episode_type_concept_id,
        episode_number,
        episode_start_date,
        episode_end_date
    from numbered
    where repeat_number = 1

),

-- A parent counts if it is another episode of the same person. A disease below a disease is a part of it.
episode as (

    select
        recorded.person_id,
        recorded.episode_id,
        recorded.episode_concept_id,
        case
            when recorded.recorded_kind = 'disease' and parent.recorded_kind = 'disease' then 'nested'
            else recorded.recorded_kind
        end as kind,
        parent.episode_id as episode_parent_id,
        recorded.episode_object_concept_id,
        recorded.episode_type_concept_id,
        recorded.episode_number,
        recorded.episode_start_date,
        recorded.episode_end_date
    from recorded
    left join recorded as parent
        on
            recorded.person_id = parent.person_id
            and recorded.named_parent_id = parent.episode_id

),

-- One step up the line: a root stays where it is, anything else goes to its parent and remembers what it passed.
one_step as (

    select
        person_id,
        episode_id,
        case when kind = 'disease' then episode_id else episode_parent_id end as reached_id,
        case when kind = 'nested' then episode_id end as nested_episode_id,
        case when kind = 'treatment' then episode_id end as treatment_episode_id
    from episode

),

-- Of nested episodes on the way the first counts; of treatments the last before it, since a cycle is part of a regimen.
two_steps as (

    select
        one_step.person_id,
        one_step.episode_id,
        further.reached_id,
        coalesce(one_step.nested_episode_id, further.nested_episode_id) as nested_episode_id,
        case
            when one_step.nested_episode_id is null
                then coalesce(further.treatment_episode_id, one_step.treatment_episode_id)
            else one_step.treatment_episode_id
        end as treatment_episode_id
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
        further.reached_id,
        coalesce(two_steps.nested_episode_id, further.nested_episode_id) as nested_episode_id,
        case
            when two_steps.nested_episode_id is null
                then coalesce(further.treatment_episode_id, two_steps.treatment_episode_id)
            else two_steps.treatment_episode_id
        end as treatment_episode_id
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
        further.reached_id,
        coalesce(four_steps.nested_episode_id, further.nested_episode_id) as nested_episode_id,
        case
            when four_steps.nested_episode_id is null
                then coalesce(further.treatment_episode_id, four_steps.treatment_episode_id)
            else four_steps.treatment_episode_id
        end as treatment_episode_id
    from four_steps
    left join four_steps as further
        on
            four_steps.person_id = further.person_id
            and four_steps.reached_id = further.episode_id

),

-- What was reached counts only if it is a root: parents can go round in a circle.
final as (

    select
        episode.person_id,
        episode.episode_id,
        episode.episode_concept_id,
        episode.kind,
        episode.episode_parent_id,
        root.episode_id as root_episode_id,
        case
            when root.episode_id is not null or eight_steps.reached_id is null then eight_steps.nested_episode_id
        end as nested_episode_id,
        case
            when root.episode_id is not null or eight_steps.reached_id is null then eight_steps.treatment_episode_id
        end as treatment_episode_id,
        episode.episode_object_concept_id,
        episode.episode_type_concept_id,
        episode.episode_number,
        episode.episode_start_date,
        episode.episode_end_date
    from episode
    inner join eight_steps
        on
            episode.person_id = eight_steps.person_id
            and episode.episode_id = eight_steps.episode_id
    left join episode as root
        on
            eight_steps.person_id = root.person_id
            and eight_steps.reached_id = root.episode_id
            and root.kind = 'disease'

)

select
    person_id,
    episode_id,
    episode_concept_id,
    kind,
    episode_parent_id,
    root_episode_id,
    nested_episode_id,
    treatment_episode_id,
    episode_object_concept_id,
    episode_type_concept_id,
    episode_number,
    episode_start_date,
    episode_end_date
from final
