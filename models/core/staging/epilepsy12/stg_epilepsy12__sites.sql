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
        {{ e12_code('ods_code') }} as ods_code,
        {{ e12_flag('actively_involved') }} as actively_involved,
        {{ e12_flag('primary_centre') }} as primary_centre
    from {{ e12_table('sites') }}

)

select
    person_id,
    child_id,
    ods_code,
    actively_involved,
    primary_centre
from recorded
where not exists (
    select 1
    from opted_out
    where opted_out.person_id = recorded.person_id
)
