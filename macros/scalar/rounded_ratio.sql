{# Whole numbers all the way: 57 of 200 at two digits is 0.29, though no double is exactly 0.285. #}
{% macro rounded_ratio(numerator, denominator, digits) -%}
    {%- set top = '2 * cast(' ~ numerator ~ ' as bigint) * ' ~ 10 ** digits ~ ' + cast(' ~ denominator ~ ' as bigint)' -%}
    {%- set bottom = '2 * cast(' ~ denominator ~ ' as bigint)' -%}
    case
        when {{ denominator }} > 0
            then {{ last_digits(whole_division(top, 'nullif(' ~ bottom ~ ', 0)'), digits) }}
    end
{%- endmacro %}
