-- depends_on: {{ ref('opted_out_person') }}
-- One row per measure of every pack: what it means, and whether its pack is built.
with

measure as (

    select
        measure,
        pack,
        id,
        description,
        grain,
        population,
        is_timeless,
        version,
        unavailable_reason
    from {{ ref('catalogue_measure') }}

),

cohort_definition as (

    select
        definition,
        cohort_definition_id
    from {{ ref('catalogue_cohort_definition') }}
    where construct = 'measure'

),

known_pack as (

    select
        pack,
        is_built
    from {{ ref('known_pack') }}

),

final as (

    select
        measure.measure,
        measure.pack,
        measure.id,
        measure.description,
        measure.grain,
        measure.population,
        measure.is_timeless,
        measure.version,
        cohort_definition.cohort_definition_id,
        known_pack.is_built,
        measure.unavailable_reason is null as is_available,
        measure.unavailable_reason
    from measure
    inner join known_pack
        on measure.pack = known_pack.pack
    left join cohort_definition
        on measure.measure = cohort_definition.definition

)

select
    measure,
    pack,
    id,
    description,
    grain,
    population,
    is_timeless,
    version,
    cohort_definition_id,
    is_built,
    is_available,
    unavailable_reason
from final
