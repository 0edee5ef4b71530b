with recorded as (

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
