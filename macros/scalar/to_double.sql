{% macro to_double(expr) -%}
    {{ adapter.dispatch('to_double', 'measuremart')(expr) }}
{%- endmacro %}

{% macro default__to_double(expr) -%}
    cast({{ expr }} as double precision)
{%- endmacro %}

{% macro spark__to_double(expr) -%}
    cast({{ expr }} as double)
{%- endmacro %}
