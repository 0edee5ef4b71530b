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
        {{ e12_text('status') }} as status,
        {{ e12_text('onset_type') }} as onset_type,
        {{ e12_text('generalised_onset') }} as generalised_onset,
        {{ e12_flag('focal_onset_myoclonic') }} as focal_onset_myoclonic
    from {{ e12_table('episodes') }}

)

select
    person_id,
    child_id,
    status,
    onset_type,
    generalised_onset,
    focal_onset_myoclonic
from recorded
where not exists (
    select 1
    from opted_out
    where opted_out.person_id = recorded.person_id
)
