{% macro to_bigint(expr, decimal_mark='.') -%}
    {{ adapter.dispatch('to_bigint', 'measuremart')(expr, decimal_mark) }}
{%- endmacro %}

{# PostgreSQL has no try_cast, and no cast from every type: the value goes through its text, and only what is a whole number
   within the range of a bigint is cast. pg_typeof costs next to nothing; branches of other types are not evaluated. NaN is
   above every number. A real holds whole numbers up to 2^24 only. #}
{% macro default__to_bigint(expr, decimal_mark) -%}
    {%- set text = 'cast(' ~ expr ~ ' as text)' -%}
    {%- set as_float = 'cast(' ~ text ~ ' as double precision)' -%}
    {%- set as_numeric = 'cast(' ~ with_point(text, decimal_mark) ~ ' as numeric)' -%}
    case
        when pg_typeof({{ expr }}) in ('bigint'::regtype, 'integer'::regtype, 'smallint'::regtype)
            then cast({{ text }} as bigint)
        when pg_typeof({{ expr }}) in ('double precision'::regtype, 'real'::regtype)
            then case
                when
                    {{ as_float }} between -9.2e18 and 9.2e18
                    and {{ as_float }} = trunc({{ as_float }})
                    and (pg_typeof({{ expr }}) <> 'real'::regtype or abs({{ as_float }}) <= 16777216)
                    then cast({{ as_float }} as bigint)
            end
        when pg_typeof({{ expr }}) = 'numeric'::regtype or {{ text }} ~ '{{ number_pattern(decimal_mark) }}'
            then case
                when
                    {{ as_numeric }} between -9223372036854775808 and 9223372036854775807
                    and {{ as_numeric }} = trunc({{ as_numeric }})
                    then cast({{ as_numeric }} as bigint)
            end
    end
{%- endmacro %}

{# A bare try_cast of a text is pushed into the CSV reader, which stops at what it cannot cast and prints the row. A FLOAT
   holds whole numbers up to 2^24 only. #}
{% macro duckdb__to_bigint(expr, decimal_mark) -%}
    {%- set text = 'trim(cast(' ~ expr ~ ' as varchar))' -%}
    {%- set as_decimal = 'try_cast(' ~ with_point(text, decimal_mark) ~ ' as decimal(38, 10))' -%}
    case
        when typeof({{ expr }}) in ('BIGINT', 'INTEGER', 'SMALLINT', 'TINYINT') then try_cast({{ expr }} as bigint)
        when typeof({{ expr }}) in ('DOUBLE', 'FLOAT')
            then case
                when
                    try_cast({{ expr }} as double) = trunc(try_cast({{ expr }} as double))
                    and (typeof({{ expr }}) <> 'FLOAT' or abs(try_cast({{ expr }} as double)) <= 16777216)
                    then try_cast({{ expr }} as bigint)
            end
        when regexp_matches({{ text }}, '^[+-]?[0-9]+$') then try_cast({{ text }} as bigint)
        when
            regexp_matches({{ text }}, '{{ number_pattern(decimal_mark) }}')
            and {{ as_decimal }} = trunc({{ as_decimal }})
            then try_cast({{ as_decimal }} as bigint)
    end
{%- endmacro %}

{% macro spark__to_bigint(expr, decimal_mark) -%}
    {%- set text = 'trim(cast(' ~ expr ~ ' as string))' -%}
    {%- set as_decimal = 'try_cast(' ~ with_point(text, decimal_mark) ~ ' as decimal(38, 10))' -%}
    case
        when {{ text }} rlike r'^[+-]?[0-9]+$' then try_cast({{ text }} as bigint)
        when typeof({{ expr }}) = 'float' and abs({{ as_decimal }}) > 16777216 then cast(null as bigint)
        when {{ text }} rlike r'{{ number_pattern(decimal_mark) }}' and {{ as_decimal }} = floor({{ as_decimal }})
            then try_cast({{ as_decimal }} as bigint)
    end
{%- endmacro %}
