{# Hooks of staging: what must be so before a source table is read, said with the table, the column and the remedy. Nothing of a
   cell comes out. Only `dbt run` and `dbt build` ask; a demo is known to be right. #}
{% macro omop_check_source() -%}
    {%- set table = model.name.split('__')[1] -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'retry') and var('omop_source') != 'demo' and omop_is_absent(table) == 'no' -%}
        {%- set source_name = 'omop_files' if var('omop_source') == 'files' else 'omop' -%}
        {%- set relation = omop_relation(table) if reads_csv('omop') == 'yes' else source(source_name, table) -%}
        {%- do check_source('omop', table, relation, omop_columns(table)) -%}
        {%- do stop_on_unreadable_ids(table, relation, omop_columns(table)) -%}
        {%- if table == 'person' -%} {%- do say_repeats(table, relation, to_bigint(to_text(omop_name('person_id')))) -%} {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro e12_check_source() -%}
    {%- set table = model.name.split('__')[1] -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'retry') and setting('e12_source') != 'demo' -%}
        {%- set relation = e12_relation(table) if reads_csv('e12') == 'yes' else source('epilepsy12', table) -%}
        {%- do check_source('e12', table, relation, e12_columns(table)) -%}
        {%- if table == 'children' -%} {%- do say_repeats(table, relation, text_id('child_id')) -%} {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# Stops where a source (omop or e12) lacks the table, or columns that staging reads (a list of {name}), or spells them in
   other letters: names the file or table, the columns and the remedy. The engine's own message would offer the names that
   it did find. A CSV file is looked for where it is read (macros/files). #}
{% macro check_source(prefix, table, relation, columns) -%}
    {%- if setting(prefix ~ '_source') == 'schema' -%}
        {%- set problem = table_problem(prefix, table, relation) | trim -%}
        {%- if problem -%} {%- do exceptions.raise_compiler_error(problem) -%} {%- endif -%}
        {%- set place = 'table ' ~ relation.schema ~ '.' ~ relation.identifier -%}
    {%- elif reads_csv(prefix) == 'yes' -%}
        {%- set place = csv_path(prefix, table) | trim -%}
    {%- else -%}
        {%- set place = var('omop_files') ~ '/' ~ table ~ '.parquet' -%}
        {%- if '://' not in place -%} {%- do need_file(prefix, table, place) -%} {%- endif -%}
    {%- endif -%}
    {%- set there = get_column_schema_from_query('select * from ' ~ relation) | map(attribute='name') | list -%}
    {%- set missing = [] -%}
    {%- for column in columns | map(attribute='name') | unique if not is_spelt_so(column, there) -%}
        {%- set others = [] -%}
        {%- for name in there if name in [column | upper, column | lower] -%} {%- do others.append(name) -%} {%- endfor -%}
        {%- if others and prefix == 'omop' -%}
            {%- do exceptions.raise_compiler_error(
                place ~ ' has a column ' ~ others[0] ~ ', not ' ~ column ~ ': set omop_source_case: '
                ~ ('upper' if others[0] == others[0] | upper else 'lower')
            ) -%}
        {%- endif -%}
        {%- do missing.append(column) -%}
    {%- endfor -%}
    {%- if missing -%}
        {%- set said = place ~ ' has no column ' ~ missing | join(', ') ~ '. Add ' ~ ('it' if missing | length == 1 else 'them')
            ~ ' under that name' -%}
        {%- set optional = missing | map('lower') | reject('equalto', 'person_id') | list if prefix == 'omop' else [] -%}
        {%- if optional -%}
            {%- set said = said ~ ', or add to the variable absent_columns what the source lacks: [' ~ table ~ '.'
                ~ optional | join(', ' ~ table ~ '.') ~ ']; the columns are then null' -%}
        {%- endif -%}
        {%- do exceptions.raise_compiler_error(said) -%}
    {%- endif -%}
{%- endmacro %}

{# What is wrong with the name of a table of a schema: it is not there, or called otherwise. #}
{% macro table_problem(prefix, table, relation) -%}
    {%- set there = tables_there(relation) -%}
    {%- if not is_spelt_so(relation.identifier, there) -%}
        {%- set others = there | map('lower') | list -%}
        {%- set at = others.index(relation.identifier | lower) if relation.identifier | lower in others else -1 -%}
        {%- set remedy = 'add it to absent_tables' if prefix == 'omop' else 'make an empty one' -%}
        {%- if not there -%}
            schema {{ relation.schema }} holds no table, or is not there: correct {{ prefix }}_schema (capital letters count)
        {%- elif at < 0 -%}
            schema {{ relation.schema }} has no table {{ table }}: correct {{ prefix }}_schema; if the source lacks it, {{ remedy }}
        {%- elif prefix == 'omop' and there[at] in (table | lower, table | upper) -%}
            schema {{ relation.schema }} has a table {{ there[at] }}, not {{ relation.identifier }}: set omop_source_case: {{
                'upper' if there[at] == there[at] | upper else 'lower'
            }}
        {%- else -%}
            schema {{ relation.schema }} has a table {{ there[at] }}, not {{ relation.identifier }}: rename it, or make a view of that name
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# Whether a name is among those of a source: letter by letter where the engine tells capitals apart. #}
{% macro is_spelt_so(name, names) -%}
    {%- if target.type == 'postgres' -%} {%- do return(name in names) -%}
    {%- else -%} {%- do return(name | lower in names | map('lower') | list) -%}
    {%- endif -%}
{%- endmacro %}

{# The names of all tables and views of a relation's schema. #}
{% macro tables_there(relation) -%}
    {%- do return(adapter.dispatch('tables_there', 'measuremart')(relation)) -%}
{%- endmacro %}

{# Engines that are not asked: the table is taken to be there, and the engine says so where it is not. #}
{% macro default__tables_there(relation) -%}
    {%- do return([relation.identifier]) -%}
{%- endmacro %}

{% macro duckdb__tables_there(relation) -%}
    {%- set found = run_query(
        "select table_name from system.information_schema.tables where lower(table_catalog) = lower('"
        ~ relation.database | replace("'", "''") ~ "') and lower(table_schema) = lower('" ~ relation.schema | replace("'", "''") ~ "')"
    ) -%}
    {%- do return(found.columns[0].values() | list) -%}
{%- endmacro %}

{# dbt's own list leaves out foreign tables. #}
{% macro postgres__tables_there(relation) -%}
    {%- set found = run_query(
        "select c.relname from pg_catalog.pg_class as c inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid "
        ~ "where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname = '" ~ relation.schema | replace("'", "''") ~ "'"
    ) -%}
    {%- do return(found.columns[0].values() | list) -%}
{%- endmacro %}

{# Stops where a column of ids has values, and none of them is a whole number: an id that is lost is a person that is lost.
   Where some can be read, `unreadable_omop_cells` counts the others. #}
{% macro stop_on_unreadable_ids(table, relation, wanted) -%}
    {%- set whole = ['bigint', 'integer', 'smallint', 'int', 'int8', 'int4', 'int2', 'long', 'longinteger'] -%}
    {%- set doubtful = [] -%}
    {%- for column in get_column_schema_from_query('select * from ' ~ relation) if column.dtype | lower not in whole -%}
        {%- for one in wanted if one.is_id and one.name | lower == column.name | lower -%}
            {%- do doubtful.append((one.column, adapter.quote(column.name))) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if doubtful -%}
        {%- set counts = [] -%}
        {%- for _, name in doubtful -%}
            {%- set filled = is_filled_cell(name) -%}
            {%- do counts.append('sum(case when ' ~ filled ~ ' then 1 else 0 end)') -%}
            {%- do counts.append('count(' ~ to_bigint(to_text(name)) ~ ')') -%}
        {%- endfor -%}
        {%- set found = run_query('select ' ~ counts | join(', ') ~ ' from ' ~ relation).rows[0] -%}
        {%- set problems = [] -%}
        {%- for column, _ in doubtful -%}
            {%- set filled = (found[2 * loop.index0] or 0) | int -%}
            {%- if filled > 0 and found[2 * loop.index0 + 1] | int == 0 -%}
                {%- do problems.append(column ~ ' (' ~ filled ~ ' values)') -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if problems -%}
            {%- do exceptions.raise_compiler_error(
                'table ' ~ table ~ ': no value of ' ~ problems | join(', ') ~ ' is a whole number, which ids are here. '
                ~ 'docs/how-to/use-text-ids.md says how to number them'
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# Warns of rows of persons that staging does not count: repeats of a person, and rows without an id. #}
{% macro say_repeats(table, relation, id) -%}
    {%- set found = run_query(
        'select count(*), count(id), count(distinct id) from (select ' ~ id ~ ' as id from ' ~ relation ~ ') as counted'
    ).rows[0] -%}
    {%- if found[1] | int > found[2] | int -%}
        {%- do exceptions.warn(
            'table ' ~ table ~ ': ' ~ (found[1] | int - found[2] | int) ~ ' of ' ~ found[0] | int ~ ' rows repeat a person'
        ) -%}
    {%- endif -%}
    {%- if found[0] | int > found[1] | int -%}
        {%- do exceptions.warn(
            'table ' ~ table ~ ': ' ~ (found[0] | int - found[1] | int) ~ ' of ' ~ found[0] | int ~ ' rows have no id that can be read'
        ) -%}
    {%- endif -%}
{%- endmacro %}
