{% macro to_bigint(expr) -%}
    {{ adapter.dispatch('to_bigint')(expr) }}
{%- endmacro %}

{% macro default__to_bigint(expr) -%}
    cast({{ expr }} as bigint)
{%- endmacro %}

{% macro duckdb__to_bigint(expr) -%}
    try_cast({{ expr }} as bigint)
{%- endmacro %}

{% macro spark__to_bigint(expr) -%}
    try_cast({{ expr }} as bigint)
{%- endmacro %}
