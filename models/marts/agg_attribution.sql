-- One row per report with levels and rule of attribution: how many persons with a counted key it gives an organisation,
-- and how many have another one under it than under the report's own rule: they moved. A person with several keys is
-- counted wherever one of the keys belongs.
with

attributed as (

    select
        report,
        attribution,
        is_chosen,
        person_id,
        episode_id,
        measure_resolver,
        cohort_date,
        organisation,
        span_from
    from {{ ref('report_attribution') }}
    where is_counted

),

run_context as (

    select as_of
    from {{ ref('run_context') }}

),

compared as (

    select
        other.report,
        other.attribution,
        other.is_chosen,
        other.person_id,
        case when other.organisation is not null then other.person_id end as attributed,
        case when other.organisation is null then other.person_id end as unattributed,
        case
            when other.organisation is not null and other.span_from is null then other.person_id
        end as unknown_organisation,
        case when other.organisation <> chosen.organisation then other.person_id end as moved
    from attributed as other
    inner join attributed as chosen
        on
            other.report = chosen.report
            and other.person_id = chosen.person_id
            and other.measure_resolver = chosen.measure_resolver
            and other.episode_id is not distinct from chosen.episode_id
            and other.cohort_date is not distinct from chosen.cohort_date
            and chosen.is_chosen

)

select
    compared.report,
    compared.attribution,
    compared.is_chosen,
    cast(count(distinct compared.person_id) as bigint) as persons,
    cast(count(distinct compared.attributed) as bigint) as attributed,
    cast(count(distinct compared.unattributed) as bigint) as unattributed,
    cast(count(distinct compared.unknown_organisation) as bigint) as unknown_organisation,
    cast(count(distinct compared.moved) as bigint) as moved,
    run_context.as_of
from compared
cross join run_context
group by compared.report, compared.attribution, compared.is_chosen, run_context.as_of
