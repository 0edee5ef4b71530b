{# A whole number for an identifier: itself where it is one (12, and 12.0), else a negative number made from its text,
   the same on every engine and in every build. Null and empty stay null. #}
{% macro text_id(expr) -%}
    {%- set text = 'trim(' ~ to_text(expr) ~ ')' -%}
    {%- set rest = "translate(" ~ text ~ ", '0123456789', '')" -%}
    {%- set plain = "case when " ~ rest ~ " = '.' and " ~ text ~ " like '_%.0' then substr(" ~ text ~ ", 1, length("
        ~ text ~ ") - 2) else " ~ text ~ " end" -%}
    case
        when {{ text }} = '' or {{ expr }} is null then null
        when
            translate({{ plain }}, '0123456789', '') = ''
            and length({{ plain }}) <= 18
            and ({{ plain }} = '0' or {{ plain }} not like '0%')
            then {{ to_bigint(plain) }}
        else -1 - {{ adapter.dispatch('text_number', 'measuremart')(text) }}
    end
{%- endmacro %}

{# The first 60 bits of the MD5 sum of a text. #}
{% macro default__text_number(expr) -%}
    cast(cast('x' || substr(md5({{ expr }}), 1, 15) as bit(60)) as bigint)
{%- endmacro %}

{% macro duckdb__text_number(expr) -%}
    cast('0x' || substr(md5({{ expr }}), 1, 15) as bigint)
{%- endmacro %}

{% macro spark__text_number(expr) -%}
    cast(conv(substr(md5({{ expr }}), 1, 15), 16, 10) as bigint)
{%- endmacro %}
