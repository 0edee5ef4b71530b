-- A child whose row stands twice is one; two different rows of one child stop at the test of the key.
select distinct
    person_id,
    child_id,
    date_of_birth,
    sex,
    ethnicity,
    imd_quintile
from {{ ref('stg_epilepsy12__children') }}
where person_id is not null
