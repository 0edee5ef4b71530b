{% macro to_flag(expr) -%}
    case
        when lower(trim({{ to_text(expr) }})) in ('1', '1.0', 't', 'true', 'y', 'yes') then true
        when lower(trim({{ to_text(expr) }})) in ('0', '0.0', 'f', 'false', 'n', 'no') then false
    end
{%- endmacro %}
