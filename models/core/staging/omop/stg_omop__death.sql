with opted_out as (

    select person_id
    from {{ ref('opted_out_person') }}
    where population = 'omop'

),

recorded as (

    select
        {{ omop_column('death', 'person_id', 'bigint') }},
        {{ omop_day('death', 'death_datetime', 'death_date') }},
        {{ omop_column('death', 'death_type_concept_id', 'bigint') }},
        {{ omop_column('death', 'cause_concept_id', 'bigint') }},
        {{ omop_column('death', 'cause_source_value', 'text') }},
        {{ omop_column('death', 'cause_source_concept_id', 'bigint') }}
    from {{ omop_table('death') }}

)

select
    person_id,
    death_date,
    death_type_concept_id,
    cause_concept_id,
    cause_source_value,
    cause_source_concept_id
from recorded
where not exists (
    select 1
    from opted_out
    where opted_out.person_id = recorded.person_id
)
