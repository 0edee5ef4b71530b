-- What is wrong with the concepts that definitions of built packs use, one row per use and finding. A hierarchy may
-- name a classification concept; a rule over source concepts, and a local concept (2,000,000,000 and above),
-- need not be standard (docs/semantics.md, 3).
with

used as (

    select
        pack,
        construct,
        definition,
        matcher,
        column_name,
        concept_id
    from {{ ref('catalogue_concept') }}
    where
        pack in (
            select known_pack.pack
            from {{ ref('known_pack') }} as known_pack
            where known_pack.is_built
        )

),

used_id as (

    select distinct concept_id
    from used

),

concept as (

    select
        concept.concept_id,
        concept.concept_name,
        concept.standard_concept,
        concept.concept_code,
        concept.valid_end_date,
        concept.invalid_reason
    from {{ ref('stg_omop__concept') }} as concept
    inner join used_id
        on concept.concept_id = used_id.concept_id

),

with_descendants as (

    select distinct used_id.concept_id
    from {{ ref('stg_omop__concept_ancestor') }} as concept_ancestor
    inner join used_id
        on concept_ancestor.ancestor_concept_id = used_id.concept_id
    where concept_ancestor.descendant_concept_id <> concept_ancestor.ancestor_concept_id

),

concept_set_size as (

    select
        pack,
        concept_set,
        n_concepts
    from {{ ref('concept_set_sizes') }}

),

named as (

    -- one row a word of the names that definitions give to concepts
    select
        pack,
        concept_id,
        word_start
    from {{ ref('catalogue_concept_name') }}
    where pack in (
        select known_pack.pack from {{ ref('known_pack') }} as known_pack
        where known_pack.is_built
    )

),

named_otherwise as (

    select
        named.pack,
        named.concept_id
    from named
    inner join concept
        on named.concept_id = concept.concept_id
    group by
        named.pack,
        named.concept_id
    having max(case when position(named.word_start in lower(concept.concept_name)) > 0 then 1 else 0 end) = 0

),

run_context as (

    select as_of
    from {{ ref('run_context') }}

),

finding as (

    select
        used.pack,
        used.construct,
        used.definition,
        used.matcher,
        used.concept_id,
        'absent' as finding
    from used
    left join concept
        on used.concept_id = concept.concept_id
    where concept.concept_id is null

    union

    select
        used.pack,
        used.construct,
        used.definition,
        used.matcher,
        used.concept_id,
        'invalid' as finding
    from used
    inner join concept
        on used.concept_id = concept.concept_id
    cross join run_context
    where
        trim(coalesce(concept.invalid_reason, '')) <> ''
        or concept.valid_end_date < run_context.as_of

    union

    select
        used.pack,
        used.construct,
        used.definition,
        used.matcher,
        used.concept_id,
        'non_standard' as finding
    from used
    inner join concept
        on used.concept_id = concept.concept_id
    where
        (
            (used.matcher = 'exact' and coalesce(concept.standard_concept, '') <> 'S')
            or (used.matcher = 'hierarchy' and coalesce(concept.standard_concept, '') not in ('S', 'C'))
        )
        and used.concept_id < 2000000000
        and coalesce(used.column_name, '') not like '%source%'

    union

    select
        used.pack,
        used.construct,
        used.definition,
        used.matcher,
        used.concept_id,
        'no_code' as finding
    from used
    inner join concept
        on used.concept_id = concept.concept_id
    where used.matcher = 'code_of' and coalesce(concept.concept_code, '') = ''

    union

    select
        used.pack,
        used.construct,
        used.definition,
        used.matcher,
        used.concept_id,
        'no_descendants' as finding
    from used
    left join with_descendants
        on used.concept_id = with_descendants.concept_id
    where used.matcher = 'hierarchy' and with_descendants.concept_id is null

    union

    select
        used.pack,
        used.construct,
        used.definition,
        used.matcher,
        used.concept_id,
        'named_otherwise' as finding
    from used
    inner join named_otherwise
        on
            used.pack = named_otherwise.pack
            and used.concept_id = named_otherwise.concept_id

    union

    select
        pack,
        'concept_set' as construct,
        concept_set as definition,
        'phenotype' as matcher,
        cast(null as bigint) as concept_id,
        'empty_concept_set' as finding
    from concept_set_size
    where n_concepts = 0

),

concept_name as (

    select
        concept_id,
        min(concept_name) as concept_name
    from concept
    group by concept_id

)

select
    finding.pack,
    finding.construct,
    finding.definition,
    finding.matcher,
    finding.concept_id,
    concept_name.concept_name,
    finding.finding
from finding
left join concept_name
    on finding.concept_id = concept_name.concept_id
