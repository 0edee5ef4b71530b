{{ config(pre_hook="{{ e12_check_source() }}") }}

with opted_out as (

    select person_id
    from {{ ref('opted_out_person') }}
    where population = 'epilepsy12'

),

recorded as (

    select
        {{ text_id('child_id') }} as person_id,
        trim({{ to_text('child_id') }}) as child_id,
        {{ e12_flag('record_exists') }} as record_exists,
        {{ e12_flag('eeg_indicated') }} as eeg_indicated,
        {{ e12_flag('twelve_lead_ecg_status') }} as twelve_lead_ecg_status,
        {{ e12_flag('ct_head_scan_status') }} as ct_head_scan_status,
        {{ e12_flag('mri_indicated') }} as mri_indicated,
        {{ e12_day('mri_brain_requested_date') }} as mri_brain_requested_date,
        {{ e12_day('mri_brain_reported_date') }} as mri_brain_reported_date
    from {{ e12_table('investigations') }}

)

select
    person_id,
    child_id,
    record_exists,
    eeg_indicated,
    twelve_lead_ecg_status,
    ct_head_scan_status,
    mri_indicated,
    mri_brain_requested_date,
    mri_brain_reported_date
from recorded
where not exists (
    select 1
    from opted_out
    where opted_out.person_id = recorded.person_id
)
