with recorded as (

    select
        {{ omop_column('concept', 'concept_id', 'bigint') }},
        {{ omop_column('concept', 'concept_name', 'text') }},
        {{ omop_column('concept', 'domain_id', 'text') }},
        {{ omop_column('concept', 'vocabulary_id', 'text') }},
        {{ omop_column('concept', 'concept_class_id', 'text') }},
        {{ omop_column('concept', 'standard_concept', 'text') }},
        {{ omop_column('concept', 'concept_code', 'text') }},
        {{ omop_column('concept', 'valid_start_date', 'day') }},
        {{ omop_column('concept', 'valid_end_date', 'day') }},
        {{ omop_column('concept', 'invalid_reason', 'text') }}
    from {{ omop_table('concept') }}

)

select
    concept_id,
    concept_name,
    domain_id,
    vocabulary_id,
    concept_class_id,
    standard_concept,
    concept_code,
    valid_start_date,
    valid_end_date,
    invalid_reason
from recorded
