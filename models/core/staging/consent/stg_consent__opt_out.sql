{% set table = var('opt_out_table') -%}

with recorded as (

    select
        lower(trim({{ to_text('population' if table else 'null') }})) as population,
        {{ opt_out_person() if table else to_bigint('null') }} as person_id,
        {{ to_text('purpose' if table else 'null') }} as purpose,
        {{ to_day('opted_out_on' if table else 'null') }} as opted_out_on
    from {{ opt_out_source() }}

)

select
    population,
    person_id,
    lower(trim(purpose)) as purpose,
    opted_out_on
from recorded
