{# What to read opt-outs from: the table that is named, or nothing. #}
{% macro opt_out_source() -%}
    {%- do check_settings() -%}
    {%- if var('opt_out_table') -%} {{ source('consent', 'opt_out') }}
    {%- else -%} (select 1 as nothing limit 0) as absent_table
    {%- endif -%}
{%- endmacro %}
