-- Which concepts the definitions of the packs that are built ask about, by the model of a reduced target. A row without
-- a concept: some definition asks for every event, or nothing is to be reduced (docs/semantics.md, 2.9).
{% set packs = var('packs', none) %}
{% set chosen = "built = 'by_default'" if packs is none else "pack in ('" ~ packs | join("', '") ~ "')" %}

with

demand as (

    select
        target_model,
        matcher,
        concept_id,
        concept_set
    from {{ ref('catalogue_target_demand') }}
    where built = 'always' or {{ chosen }}

),

final as (

    select
        target_model,
        concept_id
    from demand
    where matcher in ('exact', 'everything')

    union

    select
        demand.target_model,
        asked_hierarchy.descendant_concept_id as concept_id
    from demand
    inner join {{ ref('asked_hierarchy') }} as asked_hierarchy
        on demand.concept_id = asked_hierarchy.ancestor_concept_id
    where demand.matcher = 'hierarchy'

    union

    select
        demand.target_model,
        concept_set_concept.concept_id
    from demand
    inner join {{ ref('concept_set_concept') }} as concept_set_concept
        on demand.concept_set = concept_set_concept.concept_set
    where demand.matcher = 'concept_set'
    {% if not var('reduce_targets') %}

        union

        select
            target_model,
            cast(null as bigint) as concept_id
        from {{ ref('catalogue_target_demand') }}
    {% endif %}

)

select
    target_model,
    concept_id
from final
