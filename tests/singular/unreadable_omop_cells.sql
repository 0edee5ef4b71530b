{{ config(severity='warn', fail_calc='coalesce(sum(n_cells), 0)') }}

-- Cells that are no day or number, and are read as null: a date written 31/12/2024, an id with letters, infinity.
{% set tables = [
    'care_site', 'concept', 'concept_ancestor', 'concept_relationship', 'condition_occurrence', 'death', 'device_exposure', 'drug_exposure',
    'episode', 'episode_event', 'location', 'measurement', 'observation', 'observation_period', 'person',
    'procedure_occurrence', 'provider', 'visit_occurrence'
] %}

with counted as (

    {% for table in tables %}
        {% if not loop.first %}union all{% endif %}
        -- {{ ref('stg_omop__' ~ table) }}
        {{ unreadable_cells(table, omop_table(table), omop_columns(table), omop_reading) }}
    {% endfor %}

)

select
    table_name,
    column_name,
    n_cells
from counted
where n_cells > 0
