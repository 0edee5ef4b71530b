{# measuremart replaces a table or view of DuckDB in one transaction, and refreshes the tables of changed persons on both engines:
   measuremart/macros/engine/replace_relation.sql. dbt takes a materialisation in place of its own from this repository alone,
   never from a package, so this file hands them on. #}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] -%}
    {{- return(measuremart.materialization_table_duckdb()) -}}
{%- endmaterialization %}

{% materialization view, adapter='duckdb' -%}
    {{- return(measuremart.materialization_view_duckdb()) -}}
{%- endmaterialization %}

{% materialization table, adapter='postgres' -%}
    {{- return(measuremart.materialization_table_postgres()) -}}
{%- endmaterialization %}
