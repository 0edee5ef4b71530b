-- What the rules give changes only on five days of an episode, so they are applied to each stretch between such days,
-- not to each event.
with episode_of_care as (

    select
        person_id,
        episode_id,
        start_date,
        window_start_date,
        window_end_date,
        count(*) over (partition by person_id) as n_episodes
    from {{ ref('episode_of_care') }}
    where
        window_start_date <= window_end_date
        and {{ 'true' if var('attach_by_dates') else 'false' }}

),

-- Where a person has only one, all its window is its own.
only_one as (

    select
        person_id,
        episode_id,
        window_start_date,
        window_end_date
    from episode_of_care
    where n_episodes = 1

),

one_of_several as (

    select
        person_id,
        episode_id,
        start_date,
        window_start_date,
        window_end_date
    from episode_of_care
    where n_episodes > 1

),

breakpoint as (

    select
        person_id,
        window_start_date as from_date
    from one_of_several
    union
    select
        person_id,
        {{ add_interval('start_date', 0, '-' ~ var('attach_upcoming_days')) }} as from_date
    from one_of_several
    union
    select
        person_id,
        start_date as from_date
    from one_of_several
    union
    select
        person_id,
        {{ add_interval('start_date', 0, var('attach_started_days')) }} as from_date
    from one_of_several
    union
    select
        person_id,
        {{ add_interval('window_end_date', 0, 1) }} as from_date
    from one_of_several

),

stretch as (

    select
        person_id,
        from_date,
        {{ add_interval(
            'lead(from_date) over (partition by person_id order by from_date)', 0, -1
        ) }} as to_date
    from breakpoint

),

-- Lower comes first: begun lately, about to begin, begun long ago, begins later.
candidate as (

    select
        stretch.person_id,
        stretch.from_date,
        stretch.to_date,
        one_of_several.episode_id,
        abs({{ date_diff_days('stretch.from_date', 'one_of_several.start_date') }}) as days_apart,
        case
            when
                stretch.from_date >= one_of_several.start_date
                and stretch.from_date < {{ add_interval('one_of_several.start_date', 0, var('attach_started_days')) }}
                then 1
            when
                stretch.from_date < one_of_several.start_date
                and stretch.from_date >= {{ add_interval(
                    'one_of_several.start_date', 0, '-' ~ var('attach_upcoming_days')
                ) }}
                then 2
            when stretch.from_date >= one_of_several.start_date then 3
            else 4
        end as preference
    from stretch
    inner join one_of_several
        on
            stretch.person_id = one_of_several.person_id
            and stretch.from_date >= one_of_several.window_start_date
            and stretch.from_date <= one_of_several.window_end_date

),

ranked as (

    select
        person_id,
        from_date,
        to_date,
        episode_id,
        row_number() over (
            partition by person_id, from_date
            order by preference asc, days_apart asc, episode_id asc
        ) as choice
    from candidate

),

chosen as (

    select
        person_id,
        from_date,
        to_date,
        episode_id
    from ranked
    where choice = 1

),

-- Stretches that give the same episode one after another are one span: its window leaves no day out between them.
marked as (

    select
        person_id,
        from_date,
        to_date,
        episode_id,
        case
            when lag(episode_id) over (partition by person_id order by from_date) = episode_id then 0
            else 1
        end as begins
    from chosen

),

numbered as (

    select
        person_id,
        from_date,
        to_date,
        episode_id,
        sum(begins) over (
            partition by person_id
            order by from_date
            rows between unbounded preceding and current row
        ) as span
    from marked

),

final as (

    select
        person_id,
        window_start_date as from_date,
        window_end_date as to_date,
        episode_id
    from only_one
    union all
    select
        person_id,
        min(from_date) as from_date,
        max(to_date) as to_date,
        episode_id
    from numbered
    group by person_id, span, episode_id

)

select
    person_id,
    from_date,
    to_date,
    episode_id
from final
