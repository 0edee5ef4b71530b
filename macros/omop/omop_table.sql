{# What to read an OMOP table from: the demo seed, the source, or nothing where the source lacks the table. #}
{% macro omop_table(table) -%}
    {%- do omop_check_settings() -%}
    {{ omop_relation(table) }}
{%- endmacro %}

{% macro omop_relation(table) -%}
    {%- if omop_is_absent(table) == 'yes' -%} (select 1 as nothing limit 0) as absent_table
    {%- elif var('omop_source') == 'demo' -%} {{ ref('demo__' ~ table) }}
    {%- elif reads_csv('omop') == 'yes' -%} {{ csv_table(ref('file_omop__' ~ table)) }}
    {%- elif var('omop_source') == 'files' -%} {{ source('omop_files', table) }}
    {%- else -%} {{ source('omop', table) }}
    {%- endif -%}
{%- endmacro %}
