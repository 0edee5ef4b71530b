with opted_out as (

    select person_id
    from {{ ref('opted_out_person') }}
    where population = 'omop'

),

recorded as (

    select
        {{ omop_column('observation_period', 'observation_period_id', 'bigint') }},
        {{ omop_column('observation_period', 'person_id', 'bigint') }},
        {{ omop_column('observation_period', 'observation_period_start_date', 'day') }},
        {{ omop_column('observation_period', 'observation_period_end_date', 'day') }},
        {{ omop_column('observation_period', 'period_type_concept_id', 'bigint') }}
    from {{ omop_table('observation_period') }}

)

select
    observation_period_id,
    person_id,
    observation_period_start_date,
    observation_period_end_date,
    period_type_concept_id
from recorded
where not exists (
    select 1
    from opted_out
    where opted_out.person_id = recorded.person_id
)
