-- A level of a report that no organisation has an entity of: a misspelt name, or a bridge that lacks it.
{{ config(severity='warn') }}

select
    report_level.report,
    report_level.level_name
from {{ ref('catalogue_report_level') }} as report_level
inner join {{ ref('dim_report') }} as report
    on report_level.report = report.report
left join {{ ref('organisation_level') }} as organisation_level
    on
        report.population = organisation_level.population
        and report_level.level_name = organisation_level.level_name
where
    report.is_built
    and organisation_level.level_name is null
