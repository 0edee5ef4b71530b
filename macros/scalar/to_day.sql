{% macro to_day(expr, time_zone='UTC') -%}
    {{ adapter.dispatch('to_day', 'measuremart')(expr, time_zone) }}
{%- endmacro %}

{# A day as ISO 8601 writes it, 2024-02-29 or 20240229, alone or before a time; as a number 20240229 may have a fraction
   of zeros. There is no year 0000. Every engine holds the text of a value, whatever its type, against this pattern. #}
{% macro day_pattern() -%}
    ^([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])(-(0[1-9]|1[0-2])-|(0[1-9]|1[0-2]))(0[1-9]|[12][0-9]|3[01])([.]0+|[T ] *[0-9]{1,2}:.*)?$
{%- endmacro %}

{# PostgreSQL has no try_cast, and no cast from every type: the value goes through its text, and is cast only if its month
   has the day. The text of a timestamp with a time zone is read where it is ISO 8601. A real has too few digits for a
   day: 20240301 is held as 20240300. #}
{% macro default__to_day(expr, time_zone) -%}
    {%- set text = 'trim(cast(' ~ expr ~ ' as text))' -%}
    {%- set digits = "left(replace(" ~ text ~ ", '-', ''), 8)" -%}
    case
        when pg_typeof({{ expr }}) in ('date'::regtype, 'timestamp'::regtype)
            then case
                when cast({{ text }} as date) between date '0001-01-01' and date '9999-12-31' then cast({{ text }} as date)
            end
        when pg_typeof({{ expr }}) = 'timestamptz'::regtype
            then case
                when {{ text }} ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?[+-][0-9]{2}(:[0-9]{2})*$'
                    then case
                        when
                            cast({{ text }} as timestamptz)
                            between timestamptz '0001-01-02 00:00:00+00' and timestamptz '9999-12-31 00:00:00+00'
                            then cast(cast({{ text }} as timestamptz) at time zone '{{ time_zone }}' as date)
                    end
            end
        when pg_typeof({{ expr }}) <> 'real'::regtype and {{ text }} ~ '{{ day_pattern() }}'
            then case
                when
                    cast(right({{ digits }}, 2) as integer)
                    <= extract(day from cast(left({{ digits }}, 6) || '01' as date) + interval '1 month - 1 day')
                    then cast({{ digits }} as date)
            end
    end
{%- endmacro %}

{# A bare try_cast of a text is pushed into the CSV reader, which stops at what it cannot cast and prints the row. A FLOAT
   has too few digits for a day: 20240301 is held as 20240300. #}
{% macro duckdb__to_day(expr, time_zone) -%}
    {%- set text = 'trim(cast(' ~ expr ~ ' as varchar))' -%}
    case
        when typeof({{ expr }}) = 'TIMESTAMP WITH TIME ZONE'
            then case
                when
                    try_cast({{ expr }} as timestamptz)
                    between timestamptz '0001-01-02 00:00:00+00' and timestamptz '9999-12-31 00:00:00+00'
                    then cast(timezone('{{ time_zone }}', try_cast({{ expr }} as timestamptz)) as date)
            end
        when typeof({{ expr }}) = 'DATE' or typeof({{ expr }}) like 'TIMESTAMP%'
            then case
                when try_cast({{ expr }} as date) between date '0001-01-01' and date '9999-12-31'
                    then try_cast({{ expr }} as date)
            end
        when typeof({{ expr }}) <> 'FLOAT' and regexp_matches({{ text }}, '{{ day_pattern() }}')
            then cast(try_strptime(left(replace({{ text }}, '-', ''), 8), '%Y%m%d') as date)
    end
{%- endmacro %}

{# A timestamp's text is that of the session's time zone, which engine_guard holds to UTC. A double's text has an exponent; a
   FLOAT has too few digits for a day. In Java's patterns $ is also before a last line break, \z is not. #}
{% macro spark__to_day(expr, time_zone) -%}
    {%- set text = "if(typeof(" ~ expr ~ ") = 'double', cast(try_cast(cast(" ~ expr ~ " as string) as decimal(38, 10)) as string), "
        ~ "trim(cast(" ~ expr ~ " as string)))" -%}
    {%- set digits = "left(replace(" ~ text ~ ", '-', ''), 8)" -%}
    {%- set moment = 'try_cast(' ~ text ~ ' as timestamp_ntz)' -%}
    {%- set pattern = day_pattern()[:-1] ~ '\\z' -%}
    case
        when typeof({{ expr }}) = 'timestamp'
            then case
                when {{ moment }} between timestamp_ntz '0001-01-02 00:00:00' and timestamp_ntz '9999-12-31 00:00:00'
                    then cast(convert_timezone('UTC', '{{ time_zone }}', {{ moment }}) as date)
            end
        when typeof({{ expr }}) <> 'float' and {{ text }} rlike r'{{ pattern }}'
            then try_cast(
                concat_ws('-', substr({{ digits }}, 1, 4), substr({{ digits }}, 5, 2), substr({{ digits }}, 7, 2)) as date
            )
    end
{%- endmacro %}
