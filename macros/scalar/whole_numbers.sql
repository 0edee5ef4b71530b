{# In the list of a select: a row for each whole number from the first to the last. A join of lists of digits would be one that
   compares all rows with all others. #}
{% macro whole_numbers(first, last) -%}
    {{ adapter.dispatch('whole_numbers', 'measuremart')(first, last) }}
{%- endmacro %}

{% macro default__whole_numbers(first, last) -%}
    generate_series({{ first }}, {{ last }})
{%- endmacro %}

{% macro duckdb__whole_numbers(first, last) -%}
    unnest(generate_series({{ first }}, {{ last }}))
{%- endmacro %}

{% macro spark__whole_numbers(first, last) -%}
    explode(sequence({{ first }}, {{ last }}))
{%- endmacro %}
