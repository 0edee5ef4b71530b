{{ config(severity='warn', fail_calc='coalesce(sum(n_cells), 0)') }}

-- Cells of the audit's tables that are no day, number, yes or no, and are read as null: a date written 31/12/2024.
{% set tables = [
    'assessment', 'children', 'epilepsy_context', 'episodes', 'investigations', 'management', 'medicines',
    'multiaxial_diagnosis', 'sites'
] %}

with counted as (

    {% for table in tables %}
        {% if not loop.first %}union all{% endif %}
        -- {{ ref('stg_epilepsy12__' ~ table) }}
        {{ unreadable_cells(table, e12_table(table), e12_columns(table), e12_reading) }}
    {% endfor %}

)

select
    table_name,
    column_name,
    n_cells
from counted
where n_cells > 0
