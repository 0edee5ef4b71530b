-- The concepts below those that definitions ask for with their descendants, and these themselves. The
-- vocabulary's millions of pairs are read here, once; rules and concept sets read this.
with

asked as (

    select distinct concept_id
    from {{ ref('catalogue_concept') }}
    where matcher = 'hierarchy'

),

final as (

    select
        concept_ancestor.ancestor_concept_id,
        concept_ancestor.descendant_concept_id
    from {{ ref('stg_omop__concept_ancestor') }} as concept_ancestor
    inner join asked
        on concept_ancestor.ancestor_concept_id = asked.concept_id
    where concept_ancestor.descendant_concept_id <> 0

    union

    select
        concept_id as ancestor_concept_id,
        concept_id as descendant_concept_id
    from asked

)

select
    ancestor_concept_id,
    descendant_concept_id
from final
order by ancestor_concept_id, descendant_concept_id
