{# After a CSV file was read: its lines that could not be, as rows with a number and a reason, and nothing of their content.
   DuckDB counts records; a line break within a cell makes one more line, so those of all records before are added. (Empty
   lines are no records: in a file that has some, a number may be too low by as many.) #}
{% macro keep_unreadable_lines() -%}
    {%- set rejected = 'temp.main.unreadable_line_of_' ~ model.name | replace('file_omop__', 'omop_') | replace('file_epilepsy12__', 'e12_') -%}
    {%- if is_a_run() and run_query("select 1 from duckdb_tables() where temporary and table_name = '" ~ rejected.split('.')[2] ~ "'").rows -%}
        {%- do look_for_an_unclosed_quote(rejected.split('.')[2]) -%}
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
                min(error_type) as error_type,
                max(length(trim(csv_line, chr(10) || chr(13))) - length(replace(trim(csv_line, chr(10) || chr(13)), chr(10), '')))
                    as n_breaks
            from (
                select
                    line,
                    cast(error_type as varchar) as error_type,
                    csv_line
                from {{ rejected }}
                union all
                select
                    line,
                    error_type,
                    csv_line
                from temp.main.{{ rejected.split('.')[2] }}_unclosed
            ) as of_both_readings
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

{# A quote that nothing closes swallows the rest of the file. DuckDB's reader in order says nothing of it: it leaves out what
   follows, and keeps the cells before the quote as a row. Its parallel reader says where it is, so that the file is read
   once more for that line alone, and what was kept of it is no row. #}
{% macro look_for_an_unclosed_quote(rejected) -%}
    {%- set prefix, table, key = modules.re.findall("csv_rows[(]'(\\w+)', '(\\w+)', '(\\w+)'[)]", model.raw_code)[0] -%}
    {%- set columns = [] -%}
    {%- for _ in csv_header(prefix, table, key) -%} {%- do columns.append("'cell_" ~ loop.index0 ~ "': 'varchar'") -%} {%- endfor -%}
    {%- do run_query(
        "select count(*) from read_csv('" ~ csv_path(prefix, table) | replace("'", "''") ~ "', auto_detect = false, columns = {"
        ~ columns | join(', ') ~ "}, header = false, delim = '" ~ setting(prefix ~ '_files_delimiter')
        ~ "', quote = '\"', escape = '\"', comment = '', nullstr = '\x1e', encoding = '" ~ setting(prefix ~ '_files_encoding')
        ~ "', strict_mode = true, parallel = true, store_rejects = true, rejects_table = '" ~ rejected ~ "_again', "
        ~ "rejects_scan = 'again_" ~ rejected ~ "')"
    ) -%}
    {%- do run_query(
        "create or replace temporary table " ~ rejected ~ "_unclosed as select line, cast(error_type as varchar) as error_type, "
        ~ "csv_line from temp.main." ~ rejected ~ "_again where cast(error_type as varchar) = 'UNQUOTED VALUE' "
        ~ "and error_message like '%unterminated%' and line > (select coalesce(max(line), 0) from temp.main." ~ rejected ~ ")"
    ) -%}
    {%- do run_query(
        "delete from " ~ this ~ " where row_of_the_file >= (select min(line) from temp.main." ~ rejected ~ "_unclosed) "
        ~ "- (select count(distinct line) from temp.main." ~ rejected ~ ")"
    ) -%}
{%- endmacro %}

{# DuckDB keeps the text of unreadable lines in temporary tables: gone as soon as they are counted. #}
{% macro forget_unreadable_lines() -%}
    {%- set name = model.name | replace('file_omop__', 'omop_') | replace('file_epilepsy12__', 'e12_') -%}
    {%- if is_a_run() -%}
        drop table if exists temp.main.unreadable_line_of_{{ name }};
        drop table if exists temp.main.unreadable_line_of_{{ name }}_numbered;
        drop table if exists temp.main.unreadable_line_of_{{ name }}_again;
        drop table if exists temp.main.unreadable_line_of_{{ name }}_unclosed;
        drop table if exists temp.main.again_unreadable_line_of_{{ name }};
        drop table if exists temp.main.scan_of_{{ name }}
    {%- endif -%}
{%- endmacro %}
