{% macro date_diff_days(later, earlier) -%}
    {{ adapter.dispatch('date_diff_days', 'measuremart')(later, earlier) }}
{%- endmacro %}

{% macro default__date_diff_days(later, earlier) -%}
    cast(({{ later }}) - ({{ earlier }}) as integer)
{%- endmacro %}

{% macro spark__date_diff_days(later, earlier) -%}
    datediff({{ later }}, {{ earlier }})
{%- endmacro %}
