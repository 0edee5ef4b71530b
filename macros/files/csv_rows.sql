{# The rows of a CSV file, every column as the text that stands there (RFC 4180: double quotes, doubled within). Nothing is
   guessed: the names are those of the first line, which has to name `key`. One column more than those is asked for, and
   missing cells are null where empty ones are not, so that a line with too few or too many cells shows: by itself DuckDB
   takes a line with one empty cell too many, and the others may then be in the wrong columns. A line that it cannot take
   apart is no row here: keep_unreadable_lines puts it back, with its number. Only a run opens the file. #}
{% macro csv_rows(prefix, table, key) -%}
    {%- set is_absent = prefix == 'omop' and omop_is_absent(table) == 'yes' -%}
    {%- if is_absent or not is_a_run() %}
    select
        cast(null as bigint) as row_of_the_file,
        cast(null as bigint) as unreadable_line_number,
        cast(null as varchar) as unreadable_because
    where 1 = 0
    {%- else %}
    {%- set names = csv_header(prefix, table, key) %}
    select
        row_of_the_file,
        -- Until the hook numbers the lines: the line breaks in a cell that is one too many.
        length(cell_{{ names | length }}) - length(replace(cell_{{ names | length }}, chr(10), '')) as unreadable_line_number,
        case
            when cell_{{ names | length - 1 }} is null then 'too_few_columns'
            when cell_{{ names | length }} is not null then 'too_many_columns'
        end as unreadable_because
        {%- for name in names -%}
        {%- if name %},
        nullif(cell_{{ loop.index0 }}, '') as "{{ name | replace('"', '""') }}"
        {%- endif -%}
        {%- endfor %}
    from (
        select
            row_number() over () as row_of_the_file,
            *
        from read_csv(
            '{{ csv_path(prefix, table) | replace("'", "''") }}',
            auto_detect = false,
            columns = { {%- for _ in names -%} 'cell_{{ loop.index0 }}': 'varchar', {% endfor -%} 'cell_{{ names | length }}': 'varchar'},
            header = false,
            delim = '{{ setting(prefix ~ '_files_delimiter') }}',
            quote = '"',
            escape = '"',
            comment = '',
            nullstr = '\x1e',
            encoding = '{{ setting(prefix ~ '_files_encoding') }}',
            strict_mode = true,
            null_padding = true,
            parallel = false,
            store_rejects = true,
            rejects_table = 'unreadable_line_of_{{ prefix }}_{{ table }}',
            rejects_scan = 'scan_of_{{ prefix }}_{{ table }}'
        )
    ) as csv_file
    where row_of_the_file > 1
    {%- endif %}
{%- endmacro %}

{# The names in the first line of a CSV file; '' for a column without one, which is not read. Stops where there is no file,
   and where the line does not name `key`: then it may be a row of data, and no message shows it. #}
{% macro csv_header(prefix, table, key) -%}
    {%- set path = csv_path(prefix, table) -%}
    {%- do need_file(prefix, table, path) -%}
    {%- set first = run_query(
        "select line from read_csv('" ~ path | replace("'", "''") ~ "', auto_detect = false, columns = {'line': 'varchar'}, "
        ~ "header = false, delim = '\x1f', quote = '', escape = '', comment = '', encoding = '"
        ~ setting(prefix ~ '_files_encoding') ~ "', strict_mode = false, ignore_errors = true) limit 1"
    ) -%}
    {%- set line = first.rows[0][0] if first.rows else '' -%}
    {%- set delimiter = modules.re.escape(setting(prefix ~ '_files_delimiter')) -%}
    {%- set names = [] -%}
    {%- for quoted, plain in modules.re.findall(
        '(?:^|' ~ delimiter ~ ')(?: *"((?:[^"]|"")*)" *|([^' ~ delimiter ~ ']*))', line or ''
    ) -%}
        {%- do names.append((quoted | replace('""', '"') or plain) | trim) -%}
    {%- endfor -%}
    {%- set lower = names | map('lower') | list -%}
    {%- if key not in lower -%}
        {%- do exceptions.raise_compiler_error(
            path ~ ": its first line does not name the column " ~ key ~ ". Write the names of the columns into the first line, or "
            ~ "set the variables " ~ prefix ~ "_files_delimiter (now '" ~ setting(prefix ~ '_files_delimiter') ~ "') and "
            ~ prefix ~ "_files_encoding (now " ~ setting(prefix ~ '_files_encoding') ~ ") to what the file has"
        ) -%}
    {%- endif -%}
    {%- for name in lower | unique if name and lower.count(name) > 1 -%}
        {%- do exceptions.raise_compiler_error(
            path ~ ": its first line names the column " ~ name ~ " " ~ lower.count(name) ~ " times. Rename or remove one of them"
        ) -%}
    {%- endfor -%}
    {%- do return(names) -%}
{%- endmacro %}

{# Stops where a file is not there. #}
{% macro need_file(prefix, table, path) -%}
    {%- if not run_query("select file from glob('" ~ path | replace("'", "''") ~ "')").rows -%}
        {%- do exceptions.raise_compiler_error(
            path ~ " is not there. Put the file of the table " ~ table ~ " there, or mend the variable " ~ prefix ~ "_files"
            ~ ("; if the source has no such table, add " ~ table ~ " to the variable absent_tables" if prefix == 'omop' else '')
        ) -%}
    {%- endif -%}
{%- endmacro %}

{% macro csv_path(prefix, table) -%}
    {{ setting(prefix ~ '_files') }}/{{ table }}.csv
{%- endmacro %}

{# Whether dbt runs models or tests: only then there is a source to look at. #}
{% macro is_a_run() -%}
    {%- do return(execute and flags.WHICH in ['build', 'run', 'test', 'show', 'retry']) -%}
{%- endmacro %}

{# The rows of a CSV file that a model in models/core/files has read. Stops where lines of it could not be read: a count that
   leaves them out would be wrong without a word, and `dbt run` asks no test. (A test that stopped here would keep
   unreadable_line from being built.) A test of a file that this run did not read looks at nothing. #}
{% macro csv_table(relation) -%}
    {%- if is_a_run() and model.resource_type == 'model' and load_relation(relation) is not none -%}
        {%- set lines = run_query(
            'select unreadable_line_number, unreadable_because from ' ~ relation
            ~ ' where unreadable_because is not null order by unreadable_line_number'
        ).rows -%}
        {%- if lines -%}
            {%- set said = [] -%}
            {%- for number, reason in lines[:10] -%} {%- do said.append(number ~ ' (' ~ reason ~ ')') -%} {%- endfor -%}
            {%- do exceptions.raise_compiler_error(
                relation.identifier.split('__')[1] ~ '.csv: ' ~ lines | length ~ ' lines cannot be read: line '
                ~ said | join(', line ') ~ (' and more' if lines | length > 10 else '') ~ '. Mend them in the file, or set the delimiter or encoding that it has; '
                ~ 'the relation unreadable_line lists them all'
            ) -%}
        {%- endif -%}
    {%- endif -%}
    {%- if is_a_run() and model.resource_type == 'test' and load_relation(relation) is none -%}
        (select 1 as nothing limit 0) as file_of_nothing_built
    {%- else -%} (select * from {{ relation }} where unreadable_because is null) as csv_file
    {%- endif -%}
{%- endmacro %}
