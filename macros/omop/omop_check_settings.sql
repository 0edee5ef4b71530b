{# Stops on a setting that would quietly read the wrong thing. #}
{% macro omop_check_settings() -%}
    {%- do check_settings() -%}
    {%- set problems = [] -%}
    {%- if var('omop_source') not in ['demo', 'schema', 'files'] -%}
        {%- do problems.append("omop_source is '" ~ var('omop_source') ~ "'; it can be demo, schema or files") -%}
    {%- endif -%}
    {%- if var('cdm_version') | string not in ['5.3', '5.4'] -%}
        {%- do problems.append("cdm_version is '" ~ var('cdm_version') ~ "'; it can be 5.3 or 5.4") -%}
    {%- endif -%}
    {%- if var('omop_source') == 'files' and not var('omop_files') -%}
        {%- do problems.append("omop_source is files, but omop_files names no folder") -%}
    {%- endif -%}
    {%- if var('omop_files_format') not in ['parquet', 'csv'] -%}
        {%- do problems.append("omop_files_format is '" ~ var('omop_files_format') ~ "'; it can be parquet or csv") -%}
    {%- endif -%}
    {%- if var('omop_source') == 'files' and target.type != 'duckdb' -%}
        {%- do problems.append("omop_source: files works on DuckDB only; load the files into tables and use schema") -%}
    {%- endif -%}
    {%- do csv_problems('omop', problems) -%}
    {%- for name in ['attach_days_before', 'attach_days_open', 'attach_started_days', 'attach_upcoming_days'] -%}
        {%- if var(name) is not integer or var(name) < 0 -%}
            {%- do problems.append(name ~ " is '" ~ var(name) ~ "'; it is a whole number of days, 0 or more") -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name in ['attach_by_dates', 'credit_nested_to_root', 'reduce_targets'] -%}
        {%- if var(name) is not boolean -%}
            {%- do problems.append(name ~ " is '" ~ var(name) ~ "'; it is true or false") -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if problems -%}{%- do exceptions.raise_compiler_error(problems | join('; ')) -%}{%- endif -%}
{%- endmacro %}
