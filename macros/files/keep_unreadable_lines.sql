{# After a CSV file was read: its lines that could not be, as rows with a number and a reason, and nothing of their content.
   DuckDB counts records; a line break within a cell makes one more line, so those of all records before are added. (Blank
   lines are lines, too. Only in a file that has both, a number may be too low by some of these breaks.) #}
{% macro keep_unreadable_lines() -%}
    {%- set rejected = 'temp.main.unreadable_line_of_' ~ model.name | replace('file_omop__', 'omop_') | replace('file_epilepsy12__', 'e12_') -%}
    {%- if is_a_run() and run_query("select 1 from duckdb_tables() where temporary and table_name = '" ~ rejected.split('.')[2] ~ "'").rows -%}
        {%- set breaks = [] -%}
        {%- for column in adapter.get_columns_in_relation(this) if column.is_string() and column.name != 'unreadable_because' -%}
            {%- do breaks.append(
                "coalesce(length(" ~ adapter.quote(column.name | replace('"', '""')) ~ ") - length(replace("
                ~ adapter.quote(column.name | replace('"', '""')) ~ ", chr(10), '')), 0)"
            ) -%}
        {%- endfor -%}
        insert into {{ this }} (unreadable_line_number, unreadable_because)
        with rejected as (

            select
                line,
                min(cast(error_type as varchar)) as error_type,
                max(length(trim(csv_line, chr(10) || chr(13))) - length(replace(trim(csv_line, chr(10) || chr(13)), chr(10), '')))
                    as n_breaks
            from {{ rejected }}
            group by line

        ),

        numbered as (

            select
                line,
                error_type,
                row_number() over (order by line) as rejected_number,
                coalesce(sum(n_breaks) over (order by line rows between unbounded preceding and 1 preceding), 0) as n_breaks
            from rejected

        ),

        broken as (

            select
                row_of_the_file,
                {{ breaks | join(' + ') }} as n_breaks
            from {{ this }}

        )

        select
            line + n_breaks + coalesce((
                select sum(broken.n_breaks)
                from broken
                where broken.row_of_the_file <= numbered.line - numbered.rejected_number
            ), 0),
            case error_type
                when 'MISSING COLUMNS' then 'too_few_columns'
                when 'TOO MANY COLUMNS' then 'too_many_columns'
                when 'UNQUOTED VALUE' then 'broken_quotes'
                when 'INVALID ENCODING' then 'not_in_the_encoding'
                when 'LINE SIZE OVER MAXIMUM' then 'too_long'
                else 'unreadable'
            end
        from numbered
    {%- endif -%}
{%- endmacro %}

{# DuckDB keeps the text of unreadable lines in temporary tables: gone as soon as they are counted. #}
{% macro forget_unreadable_lines() -%}
    {%- set name = model.name | replace('file_omop__', 'omop_') | replace('file_epilepsy12__', 'e12_') -%}
    {%- if is_a_run() -%}
        drop table if exists temp.main.unreadable_line_of_{{ name }};
        drop table if exists temp.main.scan_of_{{ name }}
    {%- endif -%}
{%- endmacro %}
