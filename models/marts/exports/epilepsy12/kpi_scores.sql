{{ config(post_hook="{{ e12_export('kpi_scores', 'child_id, kpi') }}") }}

-- One row per registered child and score, in the audit's own words.
with

result as (

    select
        indicator,
        person_id,
        status
    from {{ ref('fct_indicator_result') }}
    where report = 'epilepsy12'

),

child as (

    select
        person_id,
        child_id
    from {{ ref('epilepsy12_child') }}

),

score as (

    select
        indicator,
        kpi
    from {{ ref('epilepsy12_kpi') }}

)

select
    child.child_id,
    score.kpi,
    case result.status
        when 'met' then 'pass'
        when 'not_met' then 'fail'
        when 'ineligible' then 'ineligible'
        when 'unresolved' then 'not_scored'
    end as status
from result
inner join child
    on result.person_id = child.person_id
inner join score
    on result.indicator = score.indicator
