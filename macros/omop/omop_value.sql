{# A column of an OMOP table, cast. Null of the same type where the source lacks it; its former name in CDM 5.3. #}
{% macro omop_value(table, column, type, since='5.3', formerly='') -%}
    {%- set is_old = var('cdm_version') | string == '5.3' and var('omop_source') != 'demo' -%}
    {%- set name = 'null' if omop_is_absent(table, column, since) == 'yes'
        else omop_name(formerly if formerly and is_old else column) | trim -%}
    {{ omop_reading(name, type) }}
{%- endmacro %}
