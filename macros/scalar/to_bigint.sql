{% macro to_bigint(expr) -%}
    {{ adapter.dispatch('to_bigint')(expr) }}
{%- endmacro %}

{# PostgreSQL has no try_cast: only what is a whole number within the range of a bigint is cast. pg_typeof costs next to
   nothing, so that integers never become text; branches of other types are not evaluated. NaN is above every number. #}
{% macro default__to_bigint(expr) -%}
    {%- set as_float = 'cast(' ~ expr ~ ' as double precision)' -%}
    {%- set as_numeric = 'cast(' ~ expr ~ ' as numeric)' -%}
    case
        when pg_typeof({{ expr }}) in ('bigint'::regtype, 'integer'::regtype, 'smallint'::regtype)
            then cast({{ expr }} as bigint)
        when pg_typeof({{ expr }}) in ('double precision'::regtype, 'real'::regtype)
            then case
                when {{ as_float }} between -9.2e18 and 9.2e18 and {{ as_float }} = trunc({{ as_float }})
                    then cast({{ as_float }} as bigint)
            end
        when pg_typeof({{ expr }}) = 'numeric'::regtype or cast({{ expr }} as text) ~ '{{ number_pattern() }}'
            then case
                when
                    {{ as_numeric }} between -9223372036854775808 and 9223372036854775807
                    and {{ as_numeric }} = trunc({{ as_numeric }})
                    then cast({{ as_numeric }} as bigint)
            end
    end
{%- endmacro %}

{# A bare try_cast of a text is pushed into the CSV reader, which stops at what it cannot cast and prints the row. #}
{% macro duckdb__to_bigint(expr) -%}
    {%- set text = 'trim(cast(' ~ expr ~ ' as varchar))' -%}
    {%- set as_decimal = 'try_cast(' ~ text ~ ' as decimal(38, 10))' -%}
    case
        when typeof({{ expr }}) = 'VARCHAR'
            then case
                when regexp_matches({{ text }}, '^[+-]?[0-9]+$') then try_cast({{ text }} as bigint)
                when regexp_matches({{ text }}, '{{ number_pattern() }}') and {{ as_decimal }} = trunc({{ as_decimal }})
                    then try_cast({{ as_decimal }} as bigint)
            end
        when typeof({{ expr }}) in ('DOUBLE', 'FLOAT') or typeof({{ expr }}) like 'DECIMAL%'
            then case
                when try_cast({{ expr }} as double) = trunc(try_cast({{ expr }} as double))
                    then try_cast({{ expr }} as bigint)
            end
        else try_cast({{ expr }} as bigint)
    end
{%- endmacro %}

{% macro spark__to_bigint(expr) -%}
    try_cast({{ expr }} as bigint)
{%- endmacro %}
