{# Stops on a setting that would quietly read the wrong thing. #}
{% macro e12_check_settings() -%}
    {%- do check_settings() -%}
    {%- set problems = [] -%}
    {%- if setting('e12_source') not in ['demo', 'schema', 'files'] -%}
        {%- do problems.append("e12_source is '" ~ setting('e12_source') ~ "'; it can be demo, schema or files") -%}
    {%- endif -%}
    {%- if setting('e12_source') == 'files' and not setting('e12_files') -%}
        {%- do problems.append("e12_source is files, but e12_files names no folder") -%}
    {%- endif -%}
    {%- if setting('e12_source') == 'files' and target.type != 'duckdb' -%}
        {%- do problems.append("e12_source: files works on DuckDB only; load the files into tables and use schema") -%}
    {%- endif -%}
    {%- do csv_problems('e12', problems) -%}
    {%- if setting('e12_attribution') not in ['registered', 'lead'] -%}
        {%- do problems.append("e12_attribution is '" ~ setting('e12_attribution') ~ "'; it can be registered or lead") -%}
    {%- endif -%}
    {%- if setting('e12_exports') and target.type != 'duckdb' -%}
        {%- do problems.append("e12_exports works on DuckDB only; copy the tables kpi_scores and kpi_aggregates") -%}
    {%- endif -%}
    {%- if problems -%}{%- do exceptions.raise_compiler_error(problems | join('; ')) -%}{%- endif -%}
{%- endmacro %}
