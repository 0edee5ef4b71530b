{# How staging casts a column of the audit to a data type; nothing for text, and for what staging does not read. #}
{% macro e12_reading(table, name, column, data_type) -%}
    {%- if name == 'entry_order' and var('e12_source') == 'files' -%}
    {%- elif data_type == 'date' -%} {{ e12_day(column) }}
    {%- elif data_type == 'boolean' -%} {{ e12_flag(column) }}
    {%- elif data_type == 'bigint' -%} {{ e12_whole(column) }}
    {%- endif -%}
{%- endmacro %}
