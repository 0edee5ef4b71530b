{# The mean of the points, 2.66 mean moving ranges further up (side 1) or down (side -1), from sums in millionths. #}
{% macro xmr_limit(total, range_total, points, side) -%}
    case
        when {{ points }} > 1
            then
                (
                    {{ to_double(total) }} / {{ points }}
                    + {{ side }} * 2.66 * {{ to_double(range_total) }} / nullif({{ points }} - 1, 0)
                ) / 1000000
    end
{%- endmacro %}
