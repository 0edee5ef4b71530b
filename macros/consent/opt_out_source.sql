{# What to read opt-outs from: the table that is named, or nothing. Stops on a purpose that is not among those known. #}
{% macro opt_out_source() -%}
    {%- if var('purpose') not in var('purposes') -%}
        {%- do exceptions.raise_compiler_error(
            "purpose is '" ~ var('purpose') ~ "'; it can be one of purposes: " ~ var('purposes') | join(', ')
        ) -%}
    {%- endif -%}
    {%- if var('opt_out_table') -%} {{ source('consent', 'opt_out') }}
    {%- else -%} (select 1 as nothing limit 0) as absent_table
    {%- endif -%}
{%- endmacro %}
