{# Stops where a source lacks columns that staging reads (a list of {name, kind}): names them, where they are looked for, and
   what to do. The engine's own message would offer the names that it did find. Only a run asks the source. #}
{% macro need_columns(prefix, table, relation, columns) -%}
    {%- if is_a_run() and model.resource_type == 'model' -%}
        {%- set present = run_query('select * from ' ~ relation ~ ' limit 0').column_names | map('lower') | list -%}
        {%- set missing = columns | map(attribute='name') | reject('in', present) | list -%}
        {%- if missing -%}
            {%- do exceptions.raise_compiler_error(
                where_a_table_is(prefix, table) ~ ' has no column ' ~ missing | join(', ')
                ~ '. Add ' ~ ('it' if missing | length == 1 else 'them') ~ ' under that name'
                ~ ('' if prefix != 'omop' else ', or add to the variable absent_columns what the source lacks: ['
                ~ table ~ '.' ~ missing | join(', ' ~ table ~ '.') ~ ']; the columns are then null')
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# A table of a source in the user's words: its file, or schema and name. #}
{% macro where_a_table_is(prefix, table) -%}
    {%- if setting(prefix ~ '_source') == 'files' -%}
        {{ setting(prefix ~ '_files') }}/{{ table }}.{{ 'parquet' if prefix == 'omop' and var('omop_files_format') != 'csv' else 'csv' }}
    {%- else -%} table {{ setting(prefix ~ '_schema') }}.{{ table }}
    {%- endif -%}
{%- endmacro %}
