-- depends_on: {{ ref('opted_out_person') }}
-- One row per report of every pack: what it is called, what it is about, whether its pack is built, and what it goes
-- without (docs/semantics.md, 4.2).
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
        {{ is_built_pack('pack') }} as is_built,
        unavailable_reason is null as is_available,
        unavailable_reason,
        unavailable_sub_cohorts
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
    is_built,
    is_available,
    unavailable_reason,
    unavailable_sub_cohorts
from report
