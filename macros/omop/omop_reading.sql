{# How staging casts a column of an OMOP table to a data type; nothing for text. #}
{% macro omop_reading(table, column, data_type) -%}
    {%- if data_type == 'date' -%} {{ to_day(column, var('omop_time_zone') | replace("'", "''")) }}
    {%- elif data_type == 'bigint' -%} {{ to_bigint(column) }}
    {%- elif data_type.startswith('numeric') -%} {{ to_number(column) }}
    {%- endif -%}
{%- endmacro %}
