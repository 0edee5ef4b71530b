{# Control limits of a funnel plot of proportions, and where a point lies among them. `between` is the variance between
   entities that over-dispersion adds (0 without). #}
{% macro funnel_lower(target, eligible, deviations, between='0') -%}
    case
        when {{ eligible }} > 0
            then greatest(0, {{ to_double(target) }} - {{ deviations }} * {{ funnel_deviation(target, eligible, between) }})
    end
{%- endmacro %}

{% macro funnel_upper(target, eligible, deviations, between='0') -%}
    case
        when {{ eligible }} > 0
            then least(1, {{ to_double(target) }} + {{ deviations }} * {{ funnel_deviation(target, eligible, between) }})
    end
{%- endmacro %}

{% macro funnel_z(met, eligible, target, between='0') -%}
    ({{ to_double(met) }} / nullif({{ to_double(eligible) }}, 0) - {{ to_double(target) }})
    / nullif({{ funnel_deviation(target, eligible, between) }}, 0)
{%- endmacro %}

{% macro funnel_deviation(target, eligible, between) -%}
    sqrt(
        {{ to_double(target) }} * (1 - {{ to_double(target) }}) / nullif({{ to_double(eligible) }}, 0) + {{ to_double(between) }}
    )
{%- endmacro %}

{# The variance between entities that accounts for more dispersion than chance gives. #}
{% macro between_variance(entities, dispersion, target, eligible, eligible_squared) -%}
    case
        when {{ entities }} > 1 and {{ entities }} * {{ to_double(dispersion) }} > {{ entities }} - 1
            then
                ({{ entities }} * {{ to_double(dispersion) }} - ({{ entities }} - 1))
                * {{ to_double(target) }} * (1 - {{ to_double(target) }})
                / nullif({{ to_double(eligible) }} - {{ to_double(eligible_squared) }} / nullif({{ to_double(eligible) }}, 0), 0)
        else 0
    end
{%- endmacro %}
