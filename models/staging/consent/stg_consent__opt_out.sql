{%- set table = var('opt_out_table') -%}

with recorded as (

    select
        {{ to_text('population' if table else 'null') }} as population,
        {{ to_bigint('person_id' if table else 'null') }} as person_id,
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
