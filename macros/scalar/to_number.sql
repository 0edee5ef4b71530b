{% macro to_number(expr) -%}
    {{ adapter.dispatch('to_number')(expr) }}
{%- endmacro %}

{# A text that is a number of a sane size: no NaN, no infinity, nothing that only one engine would read. #}
{% macro number_pattern() -%}
    ^\s*[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?\s*$
{%- endmacro %}

{# PostgreSQL has no try_cast: only what reads as a number of a sane size is cast. pg_typeof costs next to nothing, so that
   decimals never become text. NaN is above every number. #}
{% macro default__to_number(expr) -%}
    case
        when
            pg_typeof({{ expr }}) in ('numeric'::regtype, 'bigint'::regtype, 'integer'::regtype, 'smallint'::regtype)
            or cast({{ expr }} as text) ~ '{{ number_pattern() }}'
            then case
                when abs(cast(cast({{ expr }} as text) as numeric)) < 1e27
                    then cast(cast(cast({{ expr }} as text) as numeric) as numeric(38, 10))
            end
    end
{%- endmacro %}

{# Through text, so that a float is the number that it is written as: 7.2, not 7.1999998093. A bare try_cast of a text
   is pushed into the CSV reader, which stops at what it cannot cast and prints the row. #}
{% macro duckdb__to_number(expr) -%}
    case
        when typeof({{ expr }}) <> 'VARCHAR' then try_cast(cast({{ expr }} as varchar) as numeric(38, 10))
        when regexp_matches(trim(cast({{ expr }} as varchar)), '{{ number_pattern() }}')
            then try_cast(trim(cast({{ expr }} as varchar)) as numeric(38, 10))
    end
{%- endmacro %}

{% macro spark__to_number(expr) -%}
    try_cast({{ expr }} as decimal(38, 10))
{%- endmacro %}
