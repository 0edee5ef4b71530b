-- Packs in the variable `packs` that no definition belongs to: a misspelt pack would build nothing, in silence.
with

known as (

    select pack
    from {{ ref('catalogue_measure') }}

    union

    select pack
    from {{ ref('catalogue_report') }}

    union

    select pack
    from {{ ref('catalogue_concept') }}

),

asked as (

    {% for pack in var('packs') %}
        select '{{ pack | replace("'", "''") }}' as pack

        union all

    {% endfor %}
    select 'none' as pack
    where 1 = 0

)

select asked.pack
from asked
left join known
    on asked.pack = known.pack
where known.pack is null
