{# dbt asks this for every relation. In DuckDB's own schema a layer's name stands alone (staging.x); elsewhere the
   profile's schema comes first (measuremart_staging.x), so that several people can share one database. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set layer = custom_schema_name | trim if custom_schema_name else '' -%}
    {%- if not layer -%} {{ target.schema }}
    {%- elif target.schema == 'main' -%} {{ layer }}
    {%- else -%} {{ target.schema }}_{{ layer }}
    {%- endif -%}
{%- endmacro %}
