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
        {{ e12_flag('syndrome_present') }} as syndrome_present,
        {{ e12_flag('mental_health_screen') }} as mental_health_screen,
        {{ e12_flag('mental_health_issue_identified') }} as mental_health_issue_identified
    from {{ e12_table('multiaxial_diagnosis') }}

)

select
    person_id,
    child_id,
    record_exists,
    syndrome_present,
    mental_health_screen,
    mental_health_issue_identified
from recorded
where not exists (
    select 1
    from opted_out
    where opted_out.person_id = recorded.person_id
)
