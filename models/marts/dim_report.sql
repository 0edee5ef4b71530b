-- One row per report of every pack: what it is called, what it is about, and whether its pack is built.
with

report as (

    select
        report,
        pack,
        title,
        description,
        primary_cohort,
        grain,
        population,
        period_date,
        {{ is_built_pack('pack') }} as is_built
    from {{ ref('catalogue_report') }}

)

select
    report,
    pack,
    title,
    description,
    primary_cohort,
    grain,
    population,
    period_date,
    is_built
from report
