with recorded as (

    select
        {{ text_id('child_id') }} as person_id,
        trim({{ to_text('child_id') }}) as child_id,
        {{ e12_text('syndrome_name') }} as syndrome_name
    from {{ e12_table('syndromes') }}

)

select
    person_id,
    child_id,
    syndrome_name
from recorded
