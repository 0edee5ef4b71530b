{# omop_value under the column's own name: one line of a staging model. #}
{% macro omop_column(table, column, type, since='5.3', formerly='') -%}
    {{ omop_value(table, column, type, since, formerly) }} as {{ column }}
{%- endmacro %}
