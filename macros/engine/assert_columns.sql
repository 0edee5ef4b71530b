{# dbt asks this for a model with a contract: do the columns of its SQL have the names and types of its properties? dbt's own
   answer asks the engine twice, once only to learn what the engine calls the types of the properties, and is a tenth of a
   build. Here DuckDB is asked once. Where it names what the properties name, all is well; whatever else it names, dbt's own
   way decides, and says what is wrong. A table that takes its place at once is asked when it is made: see
   replace_relation. #}
{% macro duckdb__get_assert_columns_equivalent(sql) -%}
    {%- set declared = contract_columns() -%}
    {%- set found = [] -%}
    {%- if declared -%}
        {%- for column in get_column_schema_from_query(sql, config.get('sql_header', none)) -%}
            {%- do found.append(column.column ~ ' ' ~ column.dtype) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if not declared or declared | sort != found | sort -%}
        {{- assert_columns_equivalent(sql) -}}
    {%- endif -%}
{%- endmacro %}

{# The columns of a model's properties, each as its name and DuckDB's name of its type. #}
{% macro contract_columns() -%}
    {%- set declared = [] -%}
    {%- for column in model['columns'].values() -%}
        {%- set type = column['data_type'] | upper | replace('NUMERIC(', 'DECIMAL(') -%}
        {%- do declared.append(column['name'] ~ ' ' ~ ('VARCHAR' if type in ['TEXT', 'STRING'] else type)) -%}
    {%- endfor -%}
    {%- do return(declared) -%}
{%- endmacro %}
