{# The name of a column as SQL reads it: in quoted capitals where the source was made so, else bare. #}
{% macro omop_name(column) -%}
    {%- if column != 'null' and omop_spelt(column) != column -%} {{ adapter.quote(omop_spelt(column)) }}
    {%- else -%} {{ column }}
    {%- endif -%}
{%- endmacro %}

{# A table's or column's name in the letters of the source (variable omop_source_case). #}
{% macro omop_spelt(name) -%}
    {{- name | upper if var('omop_source') == 'schema' and var('omop_source_case') == 'upper' else name -}}
{%- endmacro %}
