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
        {{ e12_whole('row_of_the_file' if setting('e12_source') == 'files' else 'entry_order') }} as entry_order,
        {{ e12_text('medicine_name') }} as medicine_name,
        {{ e12_flag('is_rescue') }} as is_rescue,
        {{ e12_day('start_date') }} as start_date,
        {{ e12_flag('pregnancy_prevention_programme_in_place') }} as pregnancy_prevention_programme_in_place,
        {{ e12_flag('annual_risk_form_completed') }} as annual_risk_form_completed
    from {{ e12_table('medicines') }}

)

select
    person_id,
    child_id,
    entry_order,
    medicine_name,
    is_rescue,
    start_date,
    pregnancy_prevention_programme_in_place,
    annual_risk_form_completed
from recorded
where not exists (
    select 1
    from opted_out
    where opted_out.person_id = recorded.person_id
)
