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
        {{ e12_flag('childrens_epilepsy_surgical_service_referral_criteria_met') }}
            as childrens_epilepsy_surgical_service_referral_criteria_met,
        {{ e12_flag('consultant_paediatrician_referral_made') }} as consultant_paediatrician_referral_made,
        {{ e12_flag('paediatric_neurologist_referral_made') }} as paediatric_neurologist_referral_made,
        {{ e12_flag('childrens_epilepsy_surgical_service_referral_made') }}
            as childrens_epilepsy_surgical_service_referral_made,
        {{ e12_flag('epilepsy_specialist_nurse_referral_made') }} as epilepsy_specialist_nurse_referral_made,
        {{ e12_day('consultant_paediatrician_referral_date') }} as consultant_paediatrician_referral_date,
        {{ e12_day('consultant_paediatrician_input_date') }} as consultant_paediatrician_input_date,
        {{ e12_day('paediatric_neurologist_referral_date') }} as paediatric_neurologist_referral_date,
        {{ e12_day('paediatric_neurologist_input_date') }} as paediatric_neurologist_input_date,
        {{ e12_day('epilepsy_specialist_nurse_referral_date') }} as epilepsy_specialist_nurse_referral_date,
        {{ e12_day('epilepsy_specialist_nurse_input_date') }} as epilepsy_specialist_nurse_input_date
    from {{ e12_table('assessment') }}

)

select
    person_id,
    child_id,
    record_exists,
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
from recorded
where not exists (
    select 1
    from opted_out
    where opted_out.person_id = recorded.person_id
)
