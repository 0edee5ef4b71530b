{{ config(severity='warn', fail_calc='coalesce(sum(unknown_organisation), 0)') }}

-- Persons whose organisation, by the rule of the report, is not in the table of organisations: they are not attributed.
select
    report,
    attribution,
    unknown_organisation
from {{ ref('agg_attribution') }}
where
    is_chosen
    and unknown_organisation > 0
