{# On DuckDB a model takes the place of its relation of the run before in one transaction: drop, create, fill, commit.
   dbt's way gives the new relation another name, renames both, commits, and drops the old one: as many statements again,
   for engines on which others read in the meantime. One process has a DuckDB file open for writing, and its readers see
   what is committed; a run that fails or is killed leaves the relation as it was.

   dbt's way is kept where this one might not hold: a database other than the one of the profile (an attached file or
   server), DuckLake, MotherDuck, a model in Python, and a table with keys that other tables may refer to. #}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] -%}
    {%- if refreshes_changed() and refresh_is_noted(model) -%}
        {{- return(refresh_table()) -}}
    {%- endif -%}
    {%- if model['language'] == 'sql' and may_be_replaced_in_place(this) -%}
        {{- return(replace_relation('table')) -}}
    {%- endif -%}
    {{- return(dbt_duckdb.materialization_table_duckdb()) -}}
{%- endmaterialization %}

{% materialization view, adapter='duckdb' -%}
    {%- if may_be_replaced_in_place(this) -%}
        {{- return(replace_relation('view')) -}}
    {%- endif -%}
    {{- return(dbt.materialization_view_default()) -}}
{%- endmaterialization %}

{% materialization table, adapter='postgres' -%}
    {%- if refreshes_changed() and refresh_is_noted(model) -%}
        {{- return(refresh_table()) -}}
    {%- endif -%}
    {{- return(dbt.materialization_table_default()) -}}
{%- endmaterialization %}

{% macro may_be_replaced_in_place(relation) -%}
    {%- do return(
        relation.database == target.database
        and not adapter.is_ducklake(relation)
        and not adapter.is_motherduck()
        and not has_foreign_key_constraints(relation)
        and not may_be_foreign_key_target(relation)
    ) -%}
{%- endmacro %}

{% macro replace_relation(type) -%}
    {%- set relation = this.incorporate(type=type) -%}
    {%- set existing = load_cached_relation(this) -%}
    {#- What a run by dbt's way has left that was killed. #}
    {%- for left in [make_intermediate_relation(relation), make_backup_relation(relation, type)] -%}
        {{- drop_relation_if_exists(load_cached_relation(left)) -}}
    {%- endfor -%}

    {{- run_hooks(pre_hooks, inside_transaction=False) -}}
    {{- run_hooks(pre_hooks, inside_transaction=True) -}}
    {%- if existing is not none and existing.type != type -%}
        {%- do adapter.ensure_transaction() -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}

    {%- if not (type == 'table' and is_made_as_its_contract_says(relation)) -%}
        {%- call statement('main') -%}
            drop {{ type }} if exists {{ relation }};
            {{ get_create_view_as_sql(relation, sql) if type == 'view' else create_table_as(False, relation, sql) }}
        {%- endcall -%}
    {%- endif -%}

    {%- do create_indexes(relation) if type == 'table' -%}
    {%- set grants = config.get('grants') -%}
    {%- do apply_grants(relation, grants, should_revoke=should_revoke(existing, full_refresh_mode=True)) -%}
    {%- do persist_docs(relation, model) -%}
    {{- run_hooks(post_hooks, inside_transaction=True) -}}
    {%- do adapter.commit() -%}
    {{- run_hooks(post_hooks, inside_transaction=False) -}}
    {%- do return({'relations': [relation]}) -%}
{%- endmacro %}

{# Makes a table with a contract straight from its SQL, and says whether its columns are those of its properties, in their
   order. dbt's way has the engine plan the SQL once more, for the comparison alone, before an empty table is made and
   filled. Where this says no, that way follows: it puts columns in order, or says what is wrong. Nothing is committed
   before. Constraints, and whatever else stands between the SQL and its table, are left to dbt. #}
{% macro is_made_as_its_contract_says(relation) -%}
    {%- set of_columns = model['columns'].values() | map(attribute='constraints') | sum(start=[]) -%}
    {%- if not config.get('contract').enforced or model.get('constraints') or of_columns or config.get('sql_header')
        or config.get('partitioned_by') or config.get('sorted_by') -%}
        {%- do return(false) -%}
    {%- endif -%}
    {%- call statement('main') -%}
        drop table if exists {{ relation }};
        create table {{ relation }} as (
            {{ sql }}
        );
    {%- endcall -%}
    {%- set made = [] -%}
    {%- for column in adapter.get_column_schema_from_query('select * from ' ~ relation) -%}
        {%- do made.append(column.column ~ ' ' ~ column.dtype) -%}
    {%- endfor -%}
    {%- do return(made == contract_columns()) -%}
{%- endmacro %}
