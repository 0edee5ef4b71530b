{# Of a population that no variable says the source of, nothing is known. #}
{% set known = ['demo', 'schema', 'files'] %}
{% set omop_source = known | select('equalto', var('omop_source')) | join %}
{% set e12_source = known | select('equalto', setting('e12_source')) | join %}
-- depends_on: {{ ref('opted_out_person') }}
-- One row per report of every pack: what it is called, what it is about, where its data is from, whether its pack is
-- built, and what it goes without (docs/semantics.md, 4.2).
with

report as (

    select
        catalogue_report.report,
        catalogue_report.pack,
        catalogue_report.title,
        catalogue_report.description,
        catalogue_report.primary_cohort,
        catalogue_report.grain,
        catalogue_report.population,
        catalogue_report.period_date,
        case catalogue_report.population
            when 'omop' then '{{ omop_source }}'
            when 'epilepsy12' then '{{ e12_source }}'
        end as data_source,
        known_pack.is_built,
        catalogue_report.unavailable_reason is null as is_available,
        catalogue_report.unavailable_reason,
        catalogue_report.unavailable_sub_cohorts
    from {{ ref('catalogue_report') }} as catalogue_report
    inner join {{ ref('known_pack') }} as known_pack
        on catalogue_report.pack = known_pack.pack

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
    data_source,
    is_built,
    is_available,
    unavailable_reason,
    unavailable_sub_cohorts
from report
