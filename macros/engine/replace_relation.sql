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

    {%- call statement('main') -%}
        drop {{ type }} if exists {{ relation }};
        {{ get_create_view_as_sql(relation, sql) if type == 'view' else create_table_as(False, relation, sql) }}
    {%- endcall -%}

    {%- do create_indexes(relation) if type == 'table' -%}
    {%- set grants = config.get('grants') -%}
    {%- do apply_grants(relation, grants, should_revoke=should_revoke(existing, full_refresh_mode=True)) -%}
    {%- do persist_docs(relation, model) -%}
    {{- run_hooks(post_hooks, inside_transaction=True) -}}
    {%- do adapter.commit() -%}
    {{- run_hooks(post_hooks, inside_transaction=False) -}}
    {%- do return({'relations': [relation]}) -%}
{%- endmacro %}
