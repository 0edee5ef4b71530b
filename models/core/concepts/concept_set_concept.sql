-- The concepts of every concept set, exclusions taken out, for targets that are written by hand. Such targets come
-- before what is generated, so that they cannot read the models concept_set__<name>, which hold the same concepts.
with

line as (

    select
        concept_set,
        concept_id,
        with_descendants,
        is_excluded
    from {{ ref('catalogue_concept_set') }}

),

resolved as (

    select
        concept_set,
        concept_id,
        is_excluded
    from line

    union

    select
        line.concept_set,
        asked_hierarchy.descendant_concept_id as concept_id,
        line.is_excluded
    from line
    inner join {{ ref('asked_hierarchy') }} as asked_hierarchy
        on line.concept_id = asked_hierarchy.ancestor_concept_id
    where line.with_descendants

),

final as (

    select
        included.concept_set,
        included.concept_id
    from resolved as included
    left join resolved as excluded
        on
            included.concept_set = excluded.concept_set
            and included.concept_id = excluded.concept_id
            and excluded.is_excluded
    where
        not included.is_excluded
        and excluded.concept_id is null
        and included.concept_id <> 0

)

select
    concept_set,
    concept_id
from final
