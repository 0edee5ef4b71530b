-- One row per child; a child without the form has a row of unknown answers. A form holds several days: one after as_of
-- is not known yet, and the others stay (docs/semantics.md, 2.8).
with

run_context as (

    select as_of
    from {{ ref('run_context') }}

),

registration as (

    select
        person_id,
        episode_id
    from {{ ref('epilepsy12_registration') }}

),

form as (

    -- a row that stands twice with the same answers is one
    select distinct
        person_id,
        childrens_epilepsy_surgical_service_referral_criteria_met,
        consultant_paediatrician_referral_made,
        paediatric_neurologist_referral_made,
        childrens_epilepsy_surgical_service_referral_made,
        epilepsy_specialist_nurse_referral_made,
        consultant_paediatrician_referral_date,
        consultant_paediatrician_input_date,
        paediatric_neurologist_referral_date,
        paediatric_neurologist_input_date,
        epilepsy_specialist_nurse_referral_date,
        epilepsy_specialist_nurse_input_date
    from {{ ref('stg_epilepsy12__assessment') }}
    where coalesce(record_exists, true)

)

select
    registration.person_id,
    registration.episode_id,
    registration.episode_id as event_id,
    form.person_id is not null as has_form,
    form.childrens_epilepsy_surgical_service_referral_criteria_met,
    form.consultant_paediatrician_referral_made,
    form.paediatric_neurologist_referral_made,
    form.childrens_epilepsy_surgical_service_referral_made,
    form.epilepsy_specialist_nurse_referral_made,
    case
        when form.consultant_paediatrician_referral_date <= run_context.as_of
            then form.consultant_paediatrician_referral_date
    end as consultant_paediatrician_referral_date,
    case
        when form.consultant_paediatrician_input_date <= run_context.as_of
            then form.consultant_paediatrician_input_date
    end as consultant_paediatrician_input_date,
    case
        when form.paediatric_neurologist_referral_date <= run_context.as_of
            then form.paediatric_neurologist_referral_date
    end as paediatric_neurologist_referral_date,
    case
        when form.paediatric_neurologist_input_date <= run_context.as_of
            then form.paediatric_neurologist_input_date
    end as paediatric_neurologist_input_date,
    case
        when form.epilepsy_specialist_nurse_referral_date <= run_context.as_of
            then form.epilepsy_specialist_nurse_referral_date
    end as epilepsy_specialist_nurse_referral_date,
    case
        when form.epilepsy_specialist_nurse_input_date <= run_context.as_of
            then form.epilepsy_specialist_nurse_input_date
    end as epilepsy_specialist_nurse_input_date
from registration
cross join run_context
left join form
    on registration.person_id = form.person_id
