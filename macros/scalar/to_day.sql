{% macro to_day(expr, time_zone='UTC') -%}
    {{ adapter.dispatch('to_day')(expr, time_zone) }}
{%- endmacro %}

{# A day as ISO 8601 writes it, 2024-02-29 or 20240229, alone or before a time. There is no year 0000. #}
{% macro day_pattern() -%}
    ^([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])(-(0[1-9]|1[0-2])-|(0[1-9]|1[0-2]))(0[1-9]|[12][0-9]|3[01])([T ] *[0-9]{1,2}:.*)?$
{%- endmacro %}

{# PostgreSQL has no try_cast: a text is cast only if its month has the day. pg_typeof costs next to nothing, so that
   dates and timestamps never become text; branches of other types are not evaluated. #}
{% macro default__to_day(expr, time_zone) -%}
    {%- set text = 'trim(cast(' ~ expr ~ ' as text))' -%}
    {%- set digits = "left(replace(" ~ text ~ ", '-', ''), 8)" -%}
    case
        when pg_typeof({{ expr }}) in ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype)
            then case
                when {{ text }} ~ '{{ day_pattern() }}'
                    then case
                        when
                            cast(right({{ digits }}, 2) as integer)
                            <= extract(day from cast(left({{ digits }}, 6) || '01' as date) + interval '1 month - 1 day')
                            then cast({{ digits }} as date)
                    end
            end
        when pg_typeof({{ expr }}) = 'timestamptz'::regtype
            then case
                when
                    cast({{ expr }} as timestamptz)
                    between timestamptz '0001-01-02 00:00:00+00' and timestamptz '9999-12-31 00:00:00+00'
                    then cast(cast({{ expr }} as timestamptz) at time zone '{{ time_zone }}' as date)
            end
        when cast({{ expr }} as date) between date '0001-01-01' and date '9999-12-31' then cast({{ expr }} as date)
    end
{%- endmacro %}

{# A bare try_cast of a text is pushed into the CSV reader, which stops at what it cannot cast and prints the row. #}
{% macro duckdb__to_day(expr, time_zone) -%}
    {%- set text = 'trim(cast(' ~ expr ~ ' as varchar))' -%}
    case
        when typeof({{ expr }}) = 'VARCHAR'
            then case
                when regexp_matches({{ text }}, '{{ day_pattern() }}')
                    then cast(try_strptime(left(replace({{ text }}, '-', ''), 8), '%Y%m%d') as date)
            end
        when typeof({{ expr }}) = 'TIMESTAMP WITH TIME ZONE'
            then case
                when
                    try_cast({{ expr }} as timestamptz)
                    between timestamptz '0001-01-02 00:00:00+00' and timestamptz '9999-12-31 00:00:00+00'
                    then cast(timezone('{{ time_zone }}', try_cast({{ expr }} as timestamptz)) as date)
            end
        when try_cast({{ expr }} as date) between date '0001-01-01' and date '9999-12-31' then try_cast({{ expr }} as date)
    end
{%- endmacro %}

{# Spark cuts timestamps in the session's time zone, which the example profile sets to UTC. #}
{% macro spark__to_day(expr, time_zone) -%}
    case
        when try_cast({{ expr }} as date) between date '0001-01-01' and date '9999-12-31' then try_cast({{ expr }} as date)
    end
{%- endmacro %}
