{# Also writes the table as a CSV file, where the variable e12_exports names a folder (DuckDB only). #}
{% macro e12_export(name, order_by) -%}
    {%- if setting('e12_exports') -%}
        copy (from {{ this }} order by {{ order_by }})
        to '{{ setting('e12_exports') | replace("'", "''") }}/{{ name }}.csv' (header, delimiter ',')
    {%- endif -%}
{%- endmacro %}
