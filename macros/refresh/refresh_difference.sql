{# Which persons' rows differ before and after a table is made whole: of each person, how many rows there are and the sum of
   their hashes. #}
{% macro refresh_fingerprints(name, relation) -%}
    {{ refresh_make_temporary(name) }}
    select whole_row.person_id, count(*) as n_rows, sum({{ refresh_row_hash() }}) as hash
    from {{ relation }} as whole_row
    group by whole_row.person_id;
{%- endmacro %}

{# Where there is nothing to compare with, whoever it may be has changed; likewise where rows of nobody have. #}
{% macro refresh_note_differences(is_compared) -%}
    insert into {{ refresh_relation('changed_person') }} (person_id, number)
    {%- if is_compared %}
        select person_id, {{ refresh_number() }}
        from (
            select person_id, n_rows, hash from {{ refresh_temporary('person_before') }}
            union all
            select person_id, n_rows, hash from {{ refresh_temporary('person_after') }}
        ) as side
        group by person_id
        having count(*) <> 2 or min(n_rows) <> max(n_rows) or min(hash) <> max(hash);
    {%- else %}
        select cast(null as bigint), {{ refresh_number() }};
    {%- endif -%}
{%- endmacro %}

{# The columns of a relation and their types, as the engine names them. #}
{% macro refresh_columns(relation) -%}
    {%- set columns = [] -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%} {%- do columns.append(column.name ~ ' ' ~ column.data_type) -%} {%- endfor -%}
    {%- do return(columns) -%}
{%- endmacro %}

{# A number of 64 bits for a row of a relation whose alias is whole_row. #}
{% macro refresh_row_hash() -%} {%- do return(adapter.dispatch('refresh_row_hash', 'measuremart')()) -%} {%- endmacro %}

{% macro duckdb__refresh_row_hash() -%} {%- do return('hash(whole_row)') -%} {%- endmacro %}

{% macro postgres__refresh_row_hash() -%} {%- do return('hashtextextended(cast(whole_row as text), 0)') -%} {%- endmacro %}

{# Temporary relations belong to one connection; no relation of the project has such a name. #}
{% macro refresh_temporary(name) -%}
    {%- do return(('temp.main.' if target.type == 'duckdb' else 'pg_temp.') ~ adapter.quote(name)) -%}
{%- endmacro %}

{% macro refresh_make_temporary(name) -%}
    drop table if exists {{ refresh_temporary(name) }};
    create temporary table {{ adapter.quote(name) }} as
{%- endmacro %}

{% macro refresh_make_view(name) -%}
    drop view if exists {{ refresh_temporary(name) }};
    create temporary view {{ adapter.quote(name) }} as
{%- endmacro %}
