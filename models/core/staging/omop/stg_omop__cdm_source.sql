with recorded as (

    select
        {{ omop_column('cdm_source', 'cdm_source_name', 'text') }},
        {{ omop_column('cdm_source', 'cdm_source_abbreviation', 'text') }},
        {{ omop_column('cdm_source', 'cdm_holder', 'text') }},
        {{ omop_column('cdm_source', 'source_release_date', 'day') }},
        {{ omop_column('cdm_source', 'cdm_release_date', 'day') }},
        {{ omop_column('cdm_source', 'cdm_version', 'text') }},
        {{ omop_column('cdm_source', 'vocabulary_version', 'text') }}
    from {{ omop_table('cdm_source') }}

)

select
    cdm_source_name,
    cdm_source_abbreviation,
    cdm_holder,
    source_release_date,
    cdm_release_date,
    cdm_version,
    vocabulary_version
from recorded
