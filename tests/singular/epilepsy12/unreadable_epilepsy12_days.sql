{{ config(severity='error') }}

-- Columns of days in the audit's tables of which no cell that is not empty is a day: the whole column is written in
-- another form, and every event would be without a date.
{% set tables = [
    'assessment', 'children', 'epilepsy_context', 'episodes', 'investigations', 'management', 'medicines',
    'multiaxial_diagnosis', 'sites'
] %}

with counted as (

    {% for table in tables %}
        {% if not loop.first %}union all{% endif %}
        -- {{ ref('stg_epilepsy12__' ~ table) }}
        {% set days = e12_columns(table) | selectattr('kind', 'equalto', 'day') | list %}
        {{ unreadable_cells(table, e12_table(table), days, e12_reading) }}
    {% endfor %}

)

select
    table_name,
    column_name,
    n_cells
from counted
where n_cells > 0 and n_cells = n_filled
