{# After a CSV file was read: its lines that could not be, as rows with a number and a reason, and nothing of their content.
   DuckDB counts records; a line break within a cell makes one more line, so those of all records before are added. (Empty
   lines are no records: in a file that has some, a number may be too low by as many.) #}
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
        create or replace temporary table {{ rejected.split('.')[2] }}_numbered as
        with rejected as (

            select
                line,
                min(cast(error_type as varchar)) as error_type,
                max(length(trim(csv_line, chr(10) || chr(13))) - length(replace(trim(csv_line, chr(10) || chr(13)), chr(10), '')))
                    as n_breaks
            from {{ rejected }}
            group by line

        ),

        -- Every record in its order: n_rows is how many rows of the table come before a rejected one.
        records as (

            select
                line - row_number() over (order by line) as n_rows,
                line as rejected_line,
                error_type,
                cast(null as bigint) as row_of_the_file,
                n_breaks
            from rejected
            union all
            select
                row_of_the_file - 1 as n_rows,
                cast(null as bigint) as rejected_line,
                unreadable_because as error_type,
                row_of_the_file,
                {{ breaks | join(' + ') }} + coalesce(unreadable_line_number, 0) as n_breaks
            from {{ this }}
            where unreadable_because is not null or {{ breaks | join(' + ') }} > 0

        ),

        numbered as (

            select
                row_of_the_file,
                error_type,
                coalesce(
                    rejected_line,
                    row_of_the_file + count(rejected_line) over (
                        order by n_rows, rejected_line asc nulls last rows between unbounded preceding and current row
                    )
                ) + coalesce(sum(n_breaks) over (
                    order by n_rows, rejected_line asc nulls last rows between unbounded preceding and 1 preceding
                ), 0) as line_number
            from records

        )

        select
            row_of_the_file,
            line_number,
            case error_type
                when 'too_few_columns' then error_type
                when 'too_many_columns' then error_type
                when 'MISSING COLUMNS' then 'too_few_columns'
                when 'TOO MANY COLUMNS' then 'too_many_columns'
                when 'UNQUOTED VALUE' then 'broken_quotes'
                when 'INVALID ENCODING' then 'not_in_the_encoding'
                when 'LINE SIZE OVER MAXIMUM' then 'too_long'
                else 'unreadable'
            end as reason
        from numbered
        where error_type is not null;
        delete from {{ this }} where unreadable_because is not null;
        insert into {{ this }} (unreadable_line_number, unreadable_because)
        select
            line_number,
            reason
        from {{ rejected.split('.')[2] }}_numbered
    {%- endif -%}
{%- endmacro %}

{# DuckDB keeps the text of unreadable lines in temporary tables: gone as soon as they are counted. #}
{% macro forget_unreadable_lines() -%}
    {%- set name = model.name | replace('file_omop__', 'omop_') | replace('file_epilepsy12__', 'e12_') -%}
    {%- if is_a_run() -%}
        drop table if exists temp.main.unreadable_line_of_{{ name }};
        drop table if exists temp.main.unreadable_line_of_{{ name }}_numbered;
        drop table if exists temp.main.scan_of_{{ name }}
    {%- endif -%}
{%- endmacro %}
