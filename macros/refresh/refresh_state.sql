{# What a run with `refresh: changed` knows of the runs before, in the schema `refresh`: `run`, the number of each run;
   `changed_person`, who changed in which run (null: whoever it may be); `model_state`, the run whose changes a table holds,
   and a checksum of all that its rows are made of, persons aside. #}
{% macro refreshes_changed() -%}
    {%- do return(var('refresh', 'all') == 'changed' and not flags.FULL_REFRESH and not flags.EMPTY) -%}
{%- endmacro %}

{# Called when a run starts. A run of the ordinary kind makes tables without a note: all that is known is forgotten first. #}
{% macro start_refresh() -%}
    {%- set makes_models = flags.WHICH not in ['test', 'seed', 'compile', 'generate', 'list', 'parse', 'show', 'snapshot', 'freshness'] -%}
    {%- if execute and makes_models and target.type in ['duckdb', 'postgres'] -%}
        {%- if not refreshes_changed() -%}
            {%- call statement('forget', auto_begin=False) -%}
                {%- for name in ['model_state', 'changed_person', 'run'] %} drop table if exists {{ refresh_relation(name) }}; {% endfor -%}
            {%- endcall -%}
        {%- else -%}
            {%- do refresh_check_materialization() -%}
            {%- set noted = ["''"] -%}
            {%- for node in graph.nodes.values() if node['resource_type'] == 'model' and node['config']['materialized'] == 'table' and refresh_is_noted(node) -%}
                {%- do noted.append("'" ~ refresh_name(node) ~ "'") -%}
            {%- endfor -%}
            {%- call statement('start refresh', auto_begin=True) -%}
                create schema if not exists {{ refresh_relation('run').without_identifier().include(database=target.type != 'postgres') }};
                create table if not exists {{ refresh_relation('run') }} (number bigint not null, invocation_id text not null);
                create table if not exists {{ refresh_relation('changed_person') }} (person_id bigint, number bigint not null);
                create table if not exists {{ refresh_relation('model_state') }} (model text not null, checksum text not null, number bigint not null, as_of text);
                insert into {{ refresh_relation('run') }} (number, invocation_id)
                select coalesce(max(number), 0) + 1, '{{ invocation_id }}' from {{ refresh_relation('run') }};
                {#- What is not noted down any more may change without a note: its record says nothing. #}
                delete from {{ refresh_relation('model_state') }} where model not in ({{ noted | join(', ') }});
                delete from {{ refresh_relation('changed_person') }}
                where number <= (select min(number) from {{ refresh_relation('model_state') }});
            {%- endcall -%}
            {%- do adapter.commit() -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# dbt takes the materialization `table` of the root project alone: without it, tables would be made without a note. #}
{% macro refresh_check_materialization() -%}
    {%- if 'materialization_table_' ~ target.type not in context.get(project_name, {}) -%}
        {%- do exceptions.raise_compiler_error(
            "refresh: changed needs macros/materializations.sql in the project " ~ project_name ~ "; docs/how-to/refresh-changed-persons.md says what is in it"
        ) -%}
    {%- endif -%}
{%- endmacro %}

{% macro refresh_relation(name) -%}
    {%- do return(api.Relation.create(database=target.database, schema=generate_schema_name('refresh', none) | trim, identifier=name)) -%}
{%- endmacro %}

{% macro refresh_number() -%}
    (select max(number) from {{ refresh_relation('run') }} where invocation_id = '{{ invocation_id }}')
{%- endmacro %}

{# What is known of a table: the run whose changes it holds, its checksum, and whether all tables that it reads are known. #}
{% macro refresh_record(relation, parts) -%}
    {%- set found = {} -%}
    {%- set names = [relation | string] + parts.get('tables', []) -%}
    {%- set rows = run_query(
        "select model, checksum, number, as_of from " ~ refresh_relation('model_state') ~ " where model in ('" ~ names | join("', '") ~ "')"
    ).rows -%}
    {%- for row in rows -%} {%- do found.update({row[0]: {'checksum': row[1], 'number': row[2] | int, 'as_of': row[3]}}) -%} {%- endfor -%}
    {%- set own = found.get(relation | string, {'checksum': none, 'number': none, 'as_of': none}) -%}
    {%- do return({
        'checksum': own['checksum'],
        'number': own['number'],
        'as_of': own['as_of'],
        'parts_known': parts.get('tables', []) | reject('in', found) | list | length == 0,
    }) -%}
{%- endmacro %}

{# Rows of nobody are made with the whole table alone. #}
{% macro refresh_concerns_everyone(since, parts, days) -%}
    {%- set noted = "select person_id from " ~ refresh_relation('changed_person') ~ " where number > " ~ since -%}
    {%- set between = " union all " ~ refresh_persons_between(parts, days) if days else '' -%}
    {%- do return(run_query("select count(*) from (" ~ noted ~ between ~ ") as concerned where person_id is null").rows[0][0] > 0) -%}
{%- endmacro %}

{# The day as_of of this run, as a text, where it is known apart from the checksum. #}
{% macro refresh_as_of(parts) -%}
    {%- if not parts['as_of'] -%} {%- do return(none) -%} {%- endif -%}
    {%- do return(run_query("select " ~ to_text('as_of') ~ " from " ~ parts['as_of']).rows[0][0]) -%}
{%- endmacro %}

{# The query of persons for whom a date lies between two days: what as_of is compared with may be another truth for them. #}
{% macro refresh_persons_between(parts, days) -%}
    {%- set queries = [] -%}
    {%- for date in parts['dates'] -%}
        {%- do queries.append(
            "select person_id from " ~ date['name'] ~ " where cast(" ~ adapter.quote(date['column']) ~ " as date) between cast('"
            ~ days[0] ~ "' as date) and cast('" ~ days[1] ~ "' as date)"
        ) -%}
    {%- endfor -%}
    {%- do return(queries | join(' union all ')) -%}
{%- endmacro %}

{% macro refresh_write_record(relation, checksum, as_of) -%}
    delete from {{ refresh_relation('model_state') }} where model = '{{ relation }}';
    insert into {{ refresh_relation('model_state') }} (model, checksum, number, as_of)
    select '{{ relation }}', '{{ checksum }}', {{ refresh_number() }}, {{ "'" ~ as_of ~ "'" if as_of else 'null' }};
{%- endmacro %}

{# One text for all that decides a table's rows beside the rows of persons: its SQL, with variables in it, its columns, what
   the views say that it reads through, and what the relations hold that have no persons. #}
{% macro refresh_checksum(node, text, parts) -%}
    {%- set columns = [] -%}
    {%- for column in node['columns'].values() -%} {%- do columns.append([column['name'], column['data_type']]) -%} {%- endfor -%}
    {%- set facts = [text, columns, parts['problem']] -%}
    {%- if not parts['problem'] -%}
        {%- for view in parts['views'] -%}
            {%- do facts.append([view['name'], run_query(adapter.dispatch('refresh_view_sql', 'measuremart')(view)).rows | map('join', ';') | list]) -%}
        {%- endfor -%}
        {%- if parts['contents'] -%}
            {%- set asked = [] -%}
            {%- for name in parts['contents'] | sort -%}
                {%- do asked.append(
                    "select '" ~ name ~ "' as relation, " ~ to_text('count(*)') ~ " || ' ' || coalesce("
                    ~ to_text('sum(' ~ refresh_row_hash() ~ ')') ~ ", '') as held from " ~ name ~ " as whole_row"
                ) -%}
            {%- endfor -%}
            {%- for row in run_query("select relation, held from (" ~ asked | join(' union all ') ~ ") as content order by relation").rows -%} {%- do facts.append([row[0], row[1]]) -%} {%- endfor -%}
        {%- endif -%}
    {%- endif -%}
    {%- do return(local_md5(tojson(facts))) -%}
{%- endmacro %}

{% macro duckdb__refresh_view_sql(view) -%}
    {%- do return("select sql from duckdb_views() where database_name = '" ~ view['database'] ~ "' and schema_name = '" ~ view['schema'] ~ "' and view_name = '" ~ view['identifier'] ~ "'") -%}
{%- endmacro %}

{% macro postgres__refresh_view_sql(view) -%}
    {%- do return("select definition from pg_views where schemaname = '" ~ view['schema'] ~ "' and viewname = '" ~ view['identifier'] ~ "'") -%}
{%- endmacro %}
