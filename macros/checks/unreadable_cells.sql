{# Rows (table_name, column_name, kind, n_cells, n_filled) of a source table's columns, whatever their types: cells that are
   not empty, and how many of them staging reads as null. `columns` is what staging reads (a list of {name, kind}), `reading` the
   macro that casts, given a column and a kind. Types that hold nothing unreadable are not looked at. Nothing of a cell's
   content comes out. Only a run asks the source for its columns: `dbt compile` and `dbt docs generate` need no database
   that has it. #}
{% macro unreadable_cells(table, relation, columns, reading) -%}
    {%- set checked = [] -%}
    {%- if is_a_run() -%}
        {%- set kinds = {} -%}
        {%- for column in columns -%} {%- do kinds.update({column.name: column.kind}) -%} {%- endfor -%}
        {%- for column in get_column_schema_from_query('select * from ' ~ relation) -%}
            {%- set kind = kinds.get(column.name | lower, 'text') -%}
            {%- if kind in ('day', 'bigint', 'number', 'flag', 'whole') and not (
                column.dtype | lower in ('bigint', 'longinteger', 'integer', 'smallint', 'tinyint')
                and kind in ('bigint', 'number', 'whole')
            ) -%}
                {%- do checked.append((column.name | lower, kind, adapter.quote(column.name))) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if not checked %}
    select
        '{{ table }}' as table_name,
        'none' as column_name,
        'none' as kind,
        0 as n_cells,
        0 as n_filled
    where 1 = 0
    {%- endif %}
    {%- if checked %}
    select
        '{{ table }}' as table_name,
        looked_at.column_name,
        looked_at.kind,
        case looked_at.column_name
            {%- for name, _, _ in checked %}
            when '{{ name | replace("'", "''") }}' then counted.n_cells_{{ loop.index }}
            {%- endfor %}
        end as n_cells,
        case looked_at.column_name
            {%- for name, _, _ in checked %}
            when '{{ name | replace("'", "''") }}' then counted.n_filled_{{ loop.index }}
            {%- endfor %}
        end as n_filled
    from (
        select
            {%- for _, kind, column in checked %}
            {%- set filled = is_filled_cell(column) %}
            coalesce(sum(case when {{ filled }} and {{ reading(column, kind) | trim }} is null then 1 else 0 end), 0)
                as n_cells_{{ loop.index }},
            coalesce(sum(case when {{ filled }} then 1 else 0 end), 0) as n_filled_{{ loop.index }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ relation }}
    ) as counted
    cross join (
        {%- for name, kind, _ in checked %}
        select
            '{{ name | replace("'", "''") }}' as column_name,
            '{{ kind }}' as kind
        {%- if not loop.last %} union all {%- endif %}
        {%- endfor %}
    ) as looked_at
    {%- endif %}
{%- endmacro %}

{# Whether a cell of any type holds something. Tools that write null as a text write one of these. #}
{% macro is_filled_cell(column) -%}
    lower(trim({{ to_text(column) }})) not in ('', 'none', 'nan', 'nat', 'null', '<na>')
{%- endmacro %}
