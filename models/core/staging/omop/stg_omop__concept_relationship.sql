with recorded as (

    select
        {{ omop_column('concept_relationship', 'concept_id_1', 'bigint') }},
        {{ omop_column('concept_relationship', 'concept_id_2', 'bigint') }},
        {{ omop_column('concept_relationship', 'relationship_id', 'text') }},
        {{ omop_column('concept_relationship', 'valid_start_date', 'day') }},
        {{ omop_column('concept_relationship', 'valid_end_date', 'day') }},
        {{ omop_column('concept_relationship', 'invalid_reason', 'text') }}
    from {{ omop_table('concept_relationship') }}

)

select
    concept_id_1,
    concept_id_2,
    relationship_id,
    valid_start_date,
    valid_end_date,
    invalid_reason
from recorded
