{# Limits of the Wilson score interval of a proportion, in the form of the OHID technical guidance. #}
{% macro wilson_lower(met, eligible, z) -%}
    case
        when {{ eligible }} > 0
            then greatest(0, ({{ wilson_centre(met, z) }} - {{ wilson_reach(met, eligible, z) }}) / {{ wilson_scale(eligible, z) }})
    end
{%- endmacro %}

{% macro wilson_upper(met, eligible, z) -%}
    case
        when {{ eligible }} > 0
            then least(1, ({{ wilson_centre(met, z) }} + {{ wilson_reach(met, eligible, z) }}) / {{ wilson_scale(eligible, z) }})
    end
{%- endmacro %}

{% macro wilson_z(z) -%}{{ to_double(z) }}{%- endmacro %}

{% macro wilson_centre(met, z) -%}
    (2 * {{ to_double(met) }} + {{ wilson_z(z) }} * {{ wilson_z(z) }})
{%- endmacro %}

{% macro wilson_reach(met, eligible, z) -%}
    {%- set fails = '(1 - ' ~ to_double(met) ~ ' / nullif(' ~ to_double(eligible) ~ ', 0))' -%}
    {{ wilson_z(z) }} * sqrt({{ wilson_z(z) }} * {{ wilson_z(z) }} + 4 * {{ to_double(met) }} * {{ fails }})
{%- endmacro %}

{% macro wilson_scale(eligible, z) -%}
    (2 * (nullif({{ to_double(eligible) }}, 0) + {{ wilson_z(z) }} * {{ wilson_z(z) }}))
{%- endmacro %}
