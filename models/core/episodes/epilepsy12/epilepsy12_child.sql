-- A child whose row stands twice is one; two different rows of one child stop at the test of the key. What the forms
-- say of the epilepsy stands beside, for the case mix; of forms that contradict each other, yes wins.
with

child as (

    select distinct
        person_id,
        child_id,
        date_of_birth,
        sex,
        ethnicity,
        imd_quintile
    from {{ ref('stg_epilepsy12__children') }}
    where person_id is not null

),

context as (

    select
        person_id,
        max(case when were_any_of_the_epileptic_seizures_convulsive then 1 else 0 end) as is_convulsive
    from {{ ref('stg_epilepsy12__epilepsy_context') }}
    where
        record_exists is not false
        and were_any_of_the_epileptic_seizures_convulsive is not null
    group by person_id

),

diagnosis as (

    select
        person_id,
        max(case when syndrome_present then 1 else 0 end) as is_present
    from {{ ref('stg_epilepsy12__multiaxial_diagnosis') }}
    where
        record_exists is not false
        and syndrome_present is not null
    group by person_id

)

select
    child.person_id,
    child.child_id,
    child.date_of_birth,
    child.sex,
    child.ethnicity,
    child.imd_quintile,
    case context.is_convulsive when 1 then 'convulsive' when 0 then 'not_convulsive' end as seizures,
    case diagnosis.is_present when 1 then 'syndrome' when 0 then 'no_syndrome' end as syndrome
from child
left join context
    on child.person_id = context.person_id
left join diagnosis
    on child.person_id = diagnosis.person_id
