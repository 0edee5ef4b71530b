{# Rows (table_name, column_name, n_cells) of a source table's text columns: cells that are not empty, and that staging
   reads as null. `reading` is the macro that casts, given table, column and the staged column's data type; columns that
   are not text, or not staged under their own name, are not looked at. Nothing of a cell's content comes out. Only a run
   asks the source for its columns: `dbt compile` and `dbt docs generate` need no database that has it. #}
{% macro unreadable_cells(table, relation, model_name, reading) -%}
    {%- set checked = [] -%}
    {%- if execute and flags.WHICH in ('build', 'test', 'show', 'retry') -%}
        {%- set model = graph.nodes.values() | selectattr('name', 'equalto', model_name) | first -%}
        {%- for column in get_column_schema_from_query('select * from ' ~ relation) if column.is_string() -%}
            {%- set name = column.name | lower -%}
            {%- set staged = model.columns.get(name) or model.columns.get(name.replace('_datetime', '_date')) -%}
            {%- set cast = reading(table, name, adapter.quote(column.name), staged.data_type) | trim if staged else '' -%}
            {%- if cast -%} {%- do checked.append((name, adapter.quote(column.name), cast)) -%} {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if not checked %}
    select
        '{{ table }}' as table_name,
        'none' as column_name,
        0 as n_cells
    where 1 = 0
    {%- endif %}
    {%- if checked %}
    select
        '{{ table }}' as table_name,
        looked_at.column_name,
        case looked_at.column_name
            {%- for name, _, _ in checked %}
            when '{{ name | replace("'", "''") }}' then counted.n_{{ loop.index }}
            {%- endfor %}
        end as n_cells
    from (
        select
            {%- for _, column, cast in checked %}
            coalesce(sum(case
                when
                    lower(trim({{ to_text(column) }})) not in ('', 'none', 'nan', 'nat', 'null', '<na>')
                    and {{ cast }} is null
                    then 1
                else 0
            end), 0) as n_{{ loop.index }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ relation }}
    ) as counted
    cross join (
        {%- for name, _, _ in checked %}
        select '{{ name | replace("'", "''") }}' as column_name
        {%- if not loop.last %} union all {%- endif %}
        {%- endfor %}
    ) as looked_at
    {%- endif %}
{%- endmacro %}
