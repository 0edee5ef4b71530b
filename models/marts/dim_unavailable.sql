-- depends_on: {{ ref('opted_out_person') }}
-- One row per unavailable part of a report and incomplete definition that makes it so: what is missing, and why
-- (docs/semantics.md, 4.2). Empty where everything is available.
with

unavailable as (

    select
        report,
        part,
        name,
        construct,
        definition,
        reason,
        path
    from {{ ref('catalogue_unavailable') }}

)

select
    report,
    part,
    name,
    construct,
    definition,
    reason,
    path
from unavailable
