{# What to read a table of the audit from: the demo seed, a folder of CSV files, or a schema. #}
{% macro e12_table(table) -%}
    {%- do e12_check_settings() -%}
    {{ e12_relation(table) }}
{%- endmacro %}

{% macro e12_relation(table) -%}
    {%- if setting('e12_source') == 'demo' -%} {{ ref('demo_e12__' ~ table) }}
    {%- elif setting('e12_source') == 'files' -%} {{ csv_table(ref('file_epilepsy12__' ~ table)) }}
    {%- else -%} {{ source('epilepsy12', table) }}
    {%- endif -%}
{%- endmacro %}
