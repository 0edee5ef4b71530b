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
        is_timeless
    from {{ ref('catalogue_measure') }}

),

cohort_definition as (

    select
        definition,
        cohort_definition_id
    from {{ ref('catalogue_cohort_definition') }}
    where construct = 'measure'

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
        cohort_definition.cohort_definition_id,
        {{ is_built_pack('measure.pack') }} as is_built
    from measure
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
    cohort_definition_id,
    is_built
from final
