{# Hooks of staging: what must be so before a source table is read, said with the table, the column and the remedy. Nothing of a
   cell comes out. Only `dbt run` and `dbt build` ask; a demo is known to be right. #}
{% macro omop_check_source() -%}
    {%- set table = model.name.split('__')[1] -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'retry') and var('omop_source') != 'demo' and omop_is_absent(table) == 'no' -%}
        {%- set wanted = omop_columns_read(table, model.raw_code) -%}
        {#- A CSV file is looked at where it is read (macros/files). -#}
        {%- set is_csv = reads_csv('omop') == 'yes' -%}
        {%- set source_name = 'omop_files' if var('omop_source') == 'files' else 'omop' -%}
        {%- set relation = omop_relation(table) if is_csv else source(source_name, table) -%}
        {%- set about = {
            'files': var('omop_files') ~ '/' ~ table ~ '.parquet' if var('omop_source') == 'files' else '',
            'schema': 'omop_schema', 'case': 'omop_source_case',
            'lacks_table': "add it to absent_tables", 'lacks_column': "add it to absent_columns (" ~ table ~ ".<column>)"
        } -%}
        {%- if not is_csv -%} {%- do check_source(table, relation, wanted | map(attribute='name') | list, about) -%} {%- endif -%}
        {%- do stop_on_unreadable_ids(table, relation, wanted) -%}
        {%- if table == 'person' -%} {%- do say_repeats(table, relation, to_bigint(to_text(omop_name('person_id')))) -%} {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro e12_check_source() -%}
    {%- set table = model.name.split('__')[1] -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'retry') and setting('e12_source') != 'demo' -%}
        {%- set is_csv = setting('e12_source') == 'files' -%}
        {%- set relation = e12_relation(table) if is_csv else source('epilepsy12', table) -%}
        {%- set about = {
            'files': '', 'schema': 'e12_schema', 'case': '', 'lacks_table': 'make an empty one', 'lacks_column': 'add it, empty'
        } -%}
        {%- set wanted = e12_columns(table) | map(attribute='name') | list -%}
        {%- if not is_csv -%} {%- do check_source(table, relation, wanted, about) -%} {%- endif -%}
        {%- if table == 'children' -%} {%- do say_repeats(table, relation, text_id('child_id')) -%} {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# The columns that a staging model of OMOP reads, from its text: name in the source, whether it is an id. #}
{% macro omop_columns_read(table, code) -%}
    {%- set is_old = var('cdm_version') | string == '5.3' -%}
    {%- set found = [] -%}
    {%- for macro, given in modules.re.findall('omop_(column|value|day)\\(([^()]*)\\)', code) -%}
        {%- set said = modules.re.findall("(?:^|,)\\s*'([^']*)'", given) -%}
        {%- set since = (modules.re.findall("since='([^']*)'", given) or ['5.3'])[0] -%}
        {%- set formerly = (modules.re.findall("formerly='([^']*)'", given) or [''])[0] -%}
        {%- for column in (said[1:3] if macro == 'day' else said[1:2]) if omop_is_absent(table, column, since) == 'no' -%}
            {%- do found.append({
                'column': column,
                'name': omop_spelt(formerly if formerly and is_old else column),
                'is_id': macro != 'day' and said[2] == 'bigint' and column.endswith('_id') and not column.endswith('concept_id')
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do return(found) -%}
{%- endmacro %}

{# Stops where the source lacks the table or a column, or spells it in other letters. #}
{% macro check_source(table, relation, wanted, about) -%}
    {%- set problems = [] -%}
    {%- if about.files -%}
        {%- if '://' not in about.files and run_query("select 1 from glob('" ~ about.files | replace("'", "''") ~ "')").rows | length == 0 -%}
            {%- do problems.append('there is no file ' ~ about.files ~ '; if the source lacks it, ' ~ about.lacks_table) -%}
        {%- endif -%}
    {%- else -%}
        {%- do problems.append(table_problem(table, relation, about) | trim) -%}
    {%- endif -%}
    {%- if problems | reject('equalto', '') | list == [] -%}
        {%- set there = get_column_schema_from_query('select * from ' ~ relation) | map(attribute='name') | list -%}
        {%- for column in wanted | unique if not is_spelt_so(column, there) -%}
            {%- set others = [] -%}
            {%- for name in there if name in [column | upper, column | lower] -%} {%- do others.append(name) -%} {%- endfor -%}
            {%- if others and about.case -%}
                {%- do problems.append(
                    'table ' ~ table ~ ' has a column ' ~ others[0] ~ ', not ' ~ column ~ ': set ' ~ about.case ~ ': '
                    ~ ('upper' if others[0] == others[0] | upper else 'lower')
                ) -%}
            {%- else -%}
                {%- do problems.append(
                    'table ' ~ table ~ ' has no column ' ~ column ~ (
                        '; staging cannot do without it' if column | lower == 'person_id' else '; if the source lacks it, ' ~ about.lacks_column
                    )
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set said = problems | reject('equalto', '') | list -%}
    {%- if said -%}{%- do exceptions.raise_compiler_error(said | join('; ')) -%}{%- endif -%}
{%- endmacro %}

{# What is wrong with a table of a schema: it is not there, or called otherwise. #}
{% macro table_problem(table, relation, about) -%}
    {%- set there = tables_there(relation) -%}
    {%- if not is_spelt_so(relation.identifier, there) -%}
        {%- set others = [] -%}
        {%- for name in there if name | lower == relation.identifier | lower -%} {%- do others.append(name) -%} {%- endfor -%}
        {%- if not there -%}
            schema {{ relation.schema }} holds no table, or is not there: correct {{ about.schema }} (capital letters count)
        {%- elif not others -%}
            schema {{ relation.schema }} has no table {{ table }}: correct {{ about.schema }}; if the source lacks it, {{ about.lacks_table }}
        {%- elif about.case and others[0] in (table | lower, table | upper) -%}
            schema {{ relation.schema }} has a table {{ others[0] }}, not {{ relation.identifier }}: set {{ about.case }}: {{
                'upper' if others[0] == others[0] | upper else 'lower'
            }}
        {%- else -%}
            schema {{ relation.schema }} has a table {{ others[0] }}, not {{ relation.identifier }}: rename it, or make a view of that name
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
            {%- set filled = 'lower(trim(' ~ to_text(name) ~ ")) not in ('', 'none', 'nan', 'nat', 'null', '<na>')" -%}
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
