{# What each engine is asked in its own way: its version, and what the user of the profile may not do. #}
{% macro default__doctor_database_version() -%}
    {%- do run_query('select 1') -%}
    {%- do return('') -%}
{%- endmacro %}

{% macro duckdb__doctor_database_version() -%}
    {%- do return(run_query('select version()').rows[0][0]) -%}
{%- endmacro %}

{% macro postgres__doctor_database_version() -%}
    {%- do return(run_query("select current_setting('server_version')").rows[0][0]) -%}
{%- endmacro %}

{# In words, the rights that a build into some schemas lacks. #}
{% macro default__doctor_lacking_rights(schemas) -%} {%- do return([]) -%} {%- endmacro %}

{% macro duckdb__doctor_lacking_rights(schemas) -%}
    {%- set found = run_query('select readonly from duckdb_databases() where database_name = current_database()').rows[0][0] -%}
    {%- do return(['the database is opened for reading only: remove read_only and access_mode from the profile'] if found else []) -%}
{%- endmacro %}

{% macro postgres__doctor_lacking_rights(schemas) -%}
    {%- set may_create = run_query("select has_database_privilege(current_database(), 'create')").rows[0][0] -%}
    {%- set there = {} -%}
    {%- for name, may_write in run_query(
        "select nspname, has_schema_privilege(oid, 'create') and has_schema_privilege(oid, 'usage') from pg_catalog.pg_namespace"
    ).rows -%}
        {%- do there.update({name: may_write}) -%}
    {%- endfor -%}
    {%- set found = [] -%}
    {%- set new = schemas | reject('in', there) | list -%}
    {%- if new and not may_create -%}
        {%- do found.append(
            'the user ' ~ target.user ~ ' may not create schemas in the database ' ~ target.dbname ~ ', and '
            ~ new | length ~ ' are to be created: grant create on database ' ~ target.dbname ~ ' to ' ~ target.user
        ) -%}
    {%- endif -%}
    {%- for name in schemas if name in there and not there[name] -%}
        {%- do found.append(
            'the user ' ~ target.user ~ ' may not write to the schema ' ~ name ~ ': grant usage, create on schema ' ~ name ~ ' to '
            ~ target.user
        ) -%}
    {%- endfor -%}
    {%- do return(found) -%}
{%- endmacro %}

{# The tables and views of the database that is built into, as rows of schema and name. Spark has no list of all. #}
{% macro doctor_relations() -%} {%- do return(adapter.dispatch('doctor_relations', 'measuremart')()) -%} {%- endmacro %}

{% macro default__doctor_relations() -%} {%- do return([]) -%} {%- endmacro %}

{% macro duckdb__doctor_relations() -%} {%- do return(doctor_information_schema()) -%} {%- endmacro %}

{% macro postgres__doctor_relations() -%} {%- do return(doctor_information_schema()) -%} {%- endmacro %}

{% macro doctor_information_schema() -%}
    {%- do return(run_query(
        'select table_schema, table_name from information_schema.tables where table_catalog = current_database()'
    ).rows) -%}
{%- endmacro %}

{# Whether the user of the profile may read a table that is there. #}
{% macro default__doctor_may_read(relation) -%} {%- do return(true) -%} {%- endmacro %}

{% macro postgres__doctor_may_read(relation) -%}
    {%- do return(run_query(
        "select has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select') from pg_catalog.pg_class as c "
        ~ "inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid where n.nspname = '"
        ~ relation.schema | replace("'", "''") ~ "' and c.relname = '" ~ relation.identifier | replace("'", "''") ~ "'"
    ).rows[0][0]) -%}
{%- endmacro %}
