{# yes, if the source lacks the table, or the column: listed as absent, or newer than the source's version. #}
{% macro omop_is_absent(table, column='', since='5.3') -%}
    {%- set listed = var('demo_absent_columns') if var('omop_source') == 'demo' else var('absent_columns') -%}
    {%- set is_old = var('cdm_version') | string == '5.3' and var('omop_source') != 'demo' -%}
    {%- set is_newer = since == '5.4' or table == 'episode' or table == 'episode_event' -%}
    {%- set is_listed = (var('absent_tables') | select('equalto', table) | list)
        or (listed | select('equalto', table ~ '.' ~ column) | list) -%}
    {%- if is_listed or (is_old and is_newer) -%} yes {%- else -%} no {%- endif -%}
{%- endmacro %}
