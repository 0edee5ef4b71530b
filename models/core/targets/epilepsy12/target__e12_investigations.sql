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
        eeg_indicated,
        twelve_lead_ecg_status,
        ct_head_scan_status,
        mri_indicated,
        mri_brain_requested_date,
        mri_brain_reported_date
    from {{ ref('stg_epilepsy12__investigations') }}
    where coalesce(record_exists, true)

)

select
    registration.person_id,
    registration.episode_id,
    registration.episode_id as event_id,
    form.person_id is not null as has_form,
    form.eeg_indicated,
    form.twelve_lead_ecg_status,
    form.ct_head_scan_status,
    form.mri_indicated,
    case
        when form.mri_brain_requested_date <= run_context.as_of
            then form.mri_brain_requested_date
    end as mri_brain_requested_date,
    case
        when form.mri_brain_reported_date <= run_context.as_of
            then form.mri_brain_reported_date
    end as mri_brain_reported_date
from registration
cross join run_context
left join form
    on registration.person_id = form.person_id
