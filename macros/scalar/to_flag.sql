{# Yes or no, of a value of any type; 1 and 0 may have a fraction of zeros, as decimals have. #}
{% macro to_flag(expr) -%}
    {%- set text = 'lower(trim(' ~ to_text(expr) ~ '))' -%}
    case
        when {{ text }} in ('1', 't', 'true', 'y', 'yes') or trim(trailing '0' from {{ text }}) = '1.' then true
        when {{ text }} in ('0', 'f', 'false', 'n', 'no') or trim(trailing '0' from {{ text }}) = '0.' then false
    end
{%- endmacro %}
