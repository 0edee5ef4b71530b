with opted_out as (

    select person_id
    from {{ ref('opted_out_person') }}
    where population = 'omop'

),

recorded as (

    select
        {{ omop_column('episode', 'episode_id', 'bigint') }},
        {{ omop_column('episode', 'person_id', 'bigint') }},
        {{ omop_column('episode', 'episode_concept_id', 'bigint') }},
        {{ omop_day('episode', 'episode_start_datetime', 'episode_start_date') }},
        {{ omop_day('episode', 'episode_end_datetime', 'episode_end_date') }},
        {{ omop_column('episode', 'episode_parent_id', 'bigint') }},
        {{ omop_column('episode', 'episode_number', 'bigint') }},
        {{ omop_column('episode', 'episode_object_concept_id', 'bigint') }},
        {{ omop_column('episode', 'episode_type_concept_id', 'bigint') }},
        {{ omop_column('episode', 'episode_source_value', 'text') }},
        {{ omop_column('episode', 'episode_source_concept_id', 'bigint') }}
    from {{ omop_table('episode') }}

)

select
    episode_id,
    person_id,
    episode_concept_id,
    episode_start_date,
    episode_end_date,
    episode_parent_id,
    episode_number,
    episode_object_concept_id,
    episode_type_concept_id,
    episode_source_value,
    episode_source_concept_id
from recorded
where not exists (
    select 1
    from opted_out
    where opted_out.person_id = recorded.person_id
)
