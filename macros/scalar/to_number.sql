{% macro to_number(expr) -%}
    {{ adapter.dispatch('to_number')(expr) }}
{%- endmacro %}

{# PostgreSQL has no try_cast: only text that reads as a number of a sane size is cast. #}
{% macro default__to_number(expr) -%}
    case
        when cast({{ expr }} as text) ~ '^\s*[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?\s*$'
            then case
                when abs(cast(cast({{ expr }} as text) as numeric)) < 1e27
                    then cast(cast(cast({{ expr }} as text) as numeric) as numeric(38, 10))
            end
    end
{%- endmacro %}

{# Through text, so that a float is the number that it is written as: 7.2, not 7.1999998093. #}
{% macro duckdb__to_number(expr) -%}
    try_cast(cast({{ expr }} as varchar) as numeric(38, 10))
{%- endmacro %}

{% macro spark__to_number(expr) -%}
    try_cast({{ expr }} as decimal(38, 10))
{%- endmacro %}
