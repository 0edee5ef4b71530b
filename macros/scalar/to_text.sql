{% macro to_text(expr) -%}
    {{ adapter.dispatch('to_text', 'measuremart')(expr) }}
{%- endmacro %}

{% macro default__to_text(expr) -%}
    cast({{ expr }} as text)
{%- endmacro %}

{% macro spark__to_text(expr) -%}
    cast({{ expr }} as string)
{%- endmacro %}
