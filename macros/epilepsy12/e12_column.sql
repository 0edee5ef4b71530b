{# Columns of the audit's tables, cast; an empty text is null. #}
{% macro e12_text(column) -%}
    nullif({{ to_text(column) }}, '')
{%- endmacro %}

{% macro e12_code(column) -%}
    case
        when lower(trim({{ to_text(column) }})) not in ('', 'none', 'nan', 'null', '<na>') then trim({{ to_text(column) }})
    end
{%- endmacro %}

{% macro e12_day(column) -%}
    {{ to_day("nullif(trim(" ~ to_text(column) ~ "), '')") }}
{%- endmacro %}

{% macro e12_flag(column) -%}
    {{ to_flag(column) }}
{%- endmacro %}

{% macro e12_whole(column) -%}
    {{ to_bigint(to_number(column)) }}
{%- endmacro %}
