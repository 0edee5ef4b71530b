{# The one rounding rule: half away from zero. Through a whole number of the last digit, so that the decimal that comes out
   is exact and every engine gives the same one; each engine's own cast of a double rounds in its own way. #}
{% macro rounded(expr, digits) -%}
    {%- set value = to_double(expr) -%}
    {%- set whole = 'cast(floor(abs(' ~ value ~ ') * ' ~ 10 ** digits ~ ' + 0.5) as bigint)' -%}
    case when {{ value }} < 0 then -1 else 1 end * {{ last_digits(whole, digits) }}
{%- endmacro %}

{# A whole number of the last digit as the decimal that it stands for: 285 of 3 digits is 0.285. #}
{% macro last_digits(whole, digits) -%}
    cast({{ whole }} as numeric(18, 0)) * cast({{ '0.' ~ '0' * (digits - 1) ~ '1' }} as numeric({{ digits + 1 }}, {{ digits }}))
{%- endmacro %}
