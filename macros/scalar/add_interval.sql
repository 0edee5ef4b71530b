{% macro add_interval(date_expr, months=0, days=0) -%}
    {{ adapter.dispatch('add_interval', 'measuremart')(date_expr, months, days) }}
{%- endmacro %}

{% macro default__add_interval(date_expr, months, days) -%}
    cast({{ date_expr }} + make_interval(months => cast({{ months }} as integer), days => cast({{ days }} as integer)) as date)
{%- endmacro %}

{% macro duckdb__add_interval(date_expr, months, days) -%}
    cast({{ date_expr }} + to_months(cast({{ months }} as integer)) + to_days(cast({{ days }} as integer)) as date)
{%- endmacro %}

{% macro spark__add_interval(date_expr, months, days) -%}
    date_add(add_months({{ date_expr }}, cast({{ months }} as int)), cast({{ days }} as int))
{%- endmacro %}
