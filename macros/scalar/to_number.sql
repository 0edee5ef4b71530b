{% macro to_number(expr, decimal_mark='.') -%}
    {{ adapter.dispatch('to_number', 'measuremart')(expr, decimal_mark) }}
{%- endmacro %}

{# A text that is a number of a sane size: no NaN, no infinity, nothing that only one engine would read, no mark between
   thousands. #}
{% macro number_pattern(decimal_mark='.') -%}
    ^\s*[+-]?([0-9]+[{{ decimal_mark }}]?[0-9]*|[{{ decimal_mark }}][0-9]+)([eE][+-]?[0-9]{1,3})?\s*$
{%- endmacro %}

{# The text of a number as engines read it: with a point. #}
{% macro with_point(text, decimal_mark) -%}
    {% if decimal_mark == '.' %}{{ text }}{% else %}replace({{ text }}, '{{ decimal_mark }}', '.'){% endif %}
{%- endmacro %}

{# PostgreSQL has no try_cast: only what reads as a number of a sane size is cast. pg_typeof costs next to nothing, so that
   the pattern is not held against decimals. NaN is above every number. #}
{% macro default__to_number(expr, decimal_mark) -%}
    {%- set text = with_point('cast(' ~ expr ~ ' as text)', decimal_mark) -%}
    case
        when
            pg_typeof({{ expr }}) in ('numeric'::regtype, 'bigint'::regtype, 'integer'::regtype, 'smallint'::regtype)
            or cast({{ expr }} as text) ~ '{{ number_pattern(decimal_mark) }}'
            then case
                when abs(cast({{ text }} as numeric)) < 1e27
                    then cast(cast({{ text }} as numeric) as numeric(38, 10))
            end
    end
{%- endmacro %}

{# Through text, so that a float is the number that it is written as: 7.2, not 7.1999998093. A bare try_cast of a text
   is pushed into the CSV reader, which stops at what it cannot cast and prints the row. #}
{% macro duckdb__to_number(expr, decimal_mark) -%}
    {%- set text = 'trim(cast(' ~ expr ~ ' as varchar))' -%}
    case
        when
            typeof({{ expr }}) in ('DOUBLE', 'BIGINT', 'INTEGER', 'SMALLINT', 'TINYINT', 'HUGEINT')
            or typeof({{ expr }}) like 'DECIMAL%'
            then try_cast({{ text }} as numeric(38, 10))
        when regexp_matches({{ text }}, '{{ number_pattern(decimal_mark) }}')
            then try_cast({{ with_point(text, decimal_mark) }} as numeric(38, 10))
    end
{%- endmacro %}

{% macro spark__to_number(expr, decimal_mark) -%}
    {%- set text = 'trim(cast(' ~ expr ~ ' as string))' -%}
    case
        when {{ text }} rlike r'{{ number_pattern(decimal_mark) }}'
            then try_cast({{ with_point(text, decimal_mark) }} as decimal(38, 10))
    end
{%- endmacro %}
