{# The day of an event: of its timestamp, or where that is null, its date column. #}
{% macro omop_day(table, moment, day, since='5.3') -%}
    coalesce({{ omop_value(table, moment, 'day', since) }}, {{ omop_value(table, day, 'day', since) }}) as {{ day }}
{%- endmacro %}
