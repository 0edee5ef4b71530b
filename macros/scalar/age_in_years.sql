{# The birthday in the year of on_date is the birth date moved by whole years, so 29 February becomes 28 February. #}
{% macro age_in_years(birth_date, on_date) -%}
    {%- set years = 'cast(extract(year from ' ~ on_date ~ ') - extract(year from ' ~ birth_date ~ ') as integer)' -%}
    ({{ years }} - case when {{ on_date }} < {{ add_interval(birth_date, '12 * ' ~ years, 0) }} then 1 else 0 end)
{%- endmacro %}
