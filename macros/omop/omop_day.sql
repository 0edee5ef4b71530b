{# The day of an event: its date column, which OMOP requires; where that is null, the day of the optional timestamp. #}
{% macro omop_day(table, moment, day, since='5.3') -%}
    coalesce({{ omop_value(table, day, 'day', since) }}, {{ omop_value(table, moment, 'day', since) }}) as {{ day }}
{%- endmacro %}
