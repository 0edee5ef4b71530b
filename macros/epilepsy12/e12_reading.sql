{# How staging casts a column of the audit to a data type; nothing for text. #}
{% macro e12_reading(table, column, data_type) -%}
    {%- if data_type == 'date' -%} {{ e12_day(column) }}
    {%- elif data_type == 'boolean' -%} {{ e12_flag(column) }}
    {%- elif data_type == 'bigint' -%} {{ e12_whole(column) }}
    {%- endif -%}
{%- endmacro %}
