{# dbt-spark writes a seed's cells into its statement without looking at them: a quote ends the text, an empty cell becomes the
   text None, and a number passes through a float. Here a cell is a literal, and an empty cell is null. Columns are cast once, not
   cell by cell: Spark reads a long list of bare literals several times faster. #}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set names = [] -%}
    {%- set casts = [] -%}
    {%- for column in agate_table.column_names -%}
        {%- do names.append('cell_' ~ loop.index) -%}
        {%- do casts.append('cast(cell_' ~ loop.index ~ ' as ' ~ types.get(column, adapter.convert_type(agate_table, loop.index0)) ~ ')') -%}
    {%- endfor -%}
    {%- set statements = [] -%}
    {%- for rows in agate_table.rows | batch(get_batch_size()) -%}
        {%- set listed = [] -%}
        {%- for row in rows -%}
            {%- set cells = [] -%}
            {%- for cell in row -%} {%- do cells.append(spark_literal(cell)) -%} {%- endfor -%}
            {%- do listed.append('(' ~ cells | join(', ') ~ ')') -%}
        {%- endfor -%}
        {%- set sql = 'insert into ' ~ this.render() ~ '\nselect ' ~ casts | join(', ') ~ '\nfrom values\n' ~ listed | join(',\n')
            ~ '\nas listed (' ~ names | join(', ') ~ ')' -%}
        {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
        {%- do statements.append(sql) -%}
    {%- endfor -%}
    {%- do return(statements[0]) -%}
{%- endmacro %}

{# A value as Spark reads a literal: in one, a backslash is an escape. #}
{% macro spark_literal(value) -%}
    {%- if value is none -%} {%- do return('null') -%} {%- endif -%}
    {%- do return("'" ~ value | string | replace('\\', '\\\\') | replace("'", "\\'") ~ "'") -%}
{%- endmacro %}
