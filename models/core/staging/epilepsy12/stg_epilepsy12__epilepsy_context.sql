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
        {{ e12_flag('were_any_of_the_epileptic_seizures_convulsive') }}
            as were_any_of_the_epileptic_seizures_convulsive,
        {{ e12_flag('diagnosis_of_epilepsy_withdrawn') }} as diagnosis_of_epilepsy_withdrawn
    from {{ e12_table('epilepsy_context') }}

)

select
    person_id,
    child_id,
    record_exists,
    were_any_of_the_epileptic_seizures_convulsive,
    diagnosis_of_epilepsy_withdrawn
from recorded
where not exists (
    select 1
    from opted_out
    where opted_out.person_id = recorded.person_id
)
