{% macro to_day(expr) -%}
    {{ adapter.dispatch('to_day')(expr) }}
{%- endmacro %}

{% macro default__to_day(expr) -%}
    cast({{ expr }} as date)
{%- endmacro %}

{% macro duckdb__to_day(expr) -%}
    try_cast({{ expr }} as date)
{%- endmacro %}

{% macro spark__to_day(expr) -%}
    try_cast({{ expr }} as date)
{%- endmacro %}
