{# How staging casts a value of an OMOP table to what it is read as: bigint, number, day or text. #}
{% macro omop_reading(expr, kind) -%}
    {%- if kind == 'bigint' -%} {{ to_bigint(expr, omop_decimal_mark()) }}
    {%- elif kind == 'number' -%} {{ to_number(expr, omop_decimal_mark()) }}
    {%- elif kind == 'day' -%} {{ to_day(expr, var('omop_time_zone') | replace("'", "''")) }}
    {%- else -%} {{ to_text(expr) }}
    {%- endif -%}
{%- endmacro %}
