with recorded as (

    select
        {{ omop_column('concept_ancestor', 'ancestor_concept_id', 'bigint') }},
        {{ omop_column('concept_ancestor', 'descendant_concept_id', 'bigint') }},
        {{ omop_column('concept_ancestor', 'min_levels_of_separation', 'bigint') }},
        {{ omop_column('concept_ancestor', 'max_levels_of_separation', 'bigint') }}
    from {{ omop_table('concept_ancestor') }}

)

select
    ancestor_concept_id,
    descendant_concept_id,
    min_levels_of_separation,
    max_levels_of_separation
from recorded
