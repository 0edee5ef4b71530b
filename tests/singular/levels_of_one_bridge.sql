-- A level that two bridges of one population have: an extension adds levels, it adds nothing to a level that is there.
select
    population,
    level_name,
    count(distinct bridge) as n_bridges
from {{ ref('organisation_level') }}
group by
    population,
    level_name
having count(distinct bridge) > 1
