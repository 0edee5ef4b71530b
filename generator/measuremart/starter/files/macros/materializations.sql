{# On DuckDB, measuremart replaces a table or view in one transaction: measuremart/macros/engine/replace_relation.sql. dbt takes
   a materialisation in place of its own from this repository alone, never from a package, so this file hands them on. #}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] -%}
    {{- return(measuremart.materialization_table_duckdb()) -}}
{%- endmaterialization %}

{% materialization view, adapter='duckdb' -%}
    {{- return(measuremart.materialization_view_duckdb()) -}}
{%- endmaterialization %}
