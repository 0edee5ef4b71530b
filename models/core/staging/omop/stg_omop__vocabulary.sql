with recorded as (

    select
        {{ omop_column('vocabulary', 'vocabulary_id', 'text') }},
        {{ omop_column('vocabulary', 'vocabulary_name', 'text') }},
        {{ omop_column('vocabulary', 'vocabulary_reference', 'text') }},
        {{ omop_column('vocabulary', 'vocabulary_version', 'text') }},
        {{ omop_column('vocabulary', 'vocabulary_concept_id', 'bigint') }}
    from {{ omop_table('vocabulary') }}

)

select
    vocabulary_id,
    vocabulary_name,
    vocabulary_reference,
    vocabulary_version,
    vocabulary_concept_id
from recorded
