{# How staging casts a column of an OMOP table to a data type; nothing for text, and for what staging does not read. #}
{% macro omop_reading(table, name, column, data_type) -%}
    {%- set since = '5.4' if name in [
        'country_concept_id', 'measurement_event_id', 'meas_event_field_concept_id', 'observation_event_id',
        'obs_event_field_concept_id', 'procedure_end_date', 'procedure_end_datetime'
    ] else '5.3' -%}
    {%- if omop_is_absent(table, name, since) | trim == 'yes' -%}
    {%- elif data_type == 'date' -%} {{ to_day(column, var('omop_time_zone') | replace("'", "''")) }}
    {%- elif data_type == 'bigint' -%} {{ to_bigint(column) }}
    {%- elif data_type.startswith('numeric') -%} {{ to_number(column) }}
    {%- endif -%}
{%- endmacro %}
