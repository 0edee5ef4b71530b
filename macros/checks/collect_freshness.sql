{# What `dbt source freshness` asks of a source. Words of the form to_day(column) in its settings are read as staging reads days: a
   plain cast would stop at a cell that is no day, print it, and know no day that is written as a number. #}
{% macro default__collect_freshness(source, loaded_at_field, filter) %}
    {%- set said = [loaded_at_field, filter or '1 = 1'] -%}
    {%- set asked = [] -%}
    {%- for words in said -%}
        {%- set parts = modules.re.split('to_day[(](\\w+)[)]', words) -%}
        {%- set sql = [] -%}
        {%- for part in parts -%}
            {%- do sql.append(part if loop.index0 % 2 == 0 else 'cast(' ~ to_day(omop_name(part) | trim) ~ ' as timestamp)') -%}
        {%- endfor -%}
        {%- do asked.append(sql | join('')) -%}
    {%- endfor -%}
    {% call statement('collect_freshness', fetch_result=True, auto_begin=False) -%}
        select
            max({{ asked[0] }}) as max_loaded_at,
            {{ current_timestamp() }} as snapshotted_at
        from {{ source }}
        where {{ asked[1] }}
    {%- endcall %}
    {{ return(load_result('collect_freshness')) }}
{% endmacro %}
