{# Also writes the table as a CSV file, where the variable e12_exports names a folder (DuckDB only). #}
{% macro e12_export(name, order_by) -%}
    {%- if var('e12_exports') -%}
        copy (from {{ this }} order by {{ order_by }})
        to '{{ var('e12_exports') | replace("'", "''") }}/{{ name }}.csv' (header, delimiter ',')
    {%- endif -%}
{%- endmacro %}
