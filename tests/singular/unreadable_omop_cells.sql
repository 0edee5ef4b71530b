{{ config(severity='warn', fail_calc='coalesce(sum(n_cells), 0)') }}

-- Cells of text columns that are no day or number, and are read as null: a date written 31/12/2024, an id with letters.
-- Only what comes as text is looked at (CSV files, staging areas); typed columns cost nothing.
{% set tables = [
    'care_site', 'concept', 'concept_ancestor', 'concept_relationship', 'condition_occurrence', 'death', 'device_exposure', 'drug_exposure',
    'episode', 'episode_event', 'location', 'measurement', 'observation', 'observation_period', 'person',
    'procedure_occurrence', 'provider', 'visit_occurrence'
] %}

with counted as (

    {% for table in tables %}
        {% if not loop.first %}union all{% endif %}
        -- {{ ref('stg_omop__' ~ table) }}
        {{ unreadable_cells(table, omop_table(table), 'stg_omop__' ~ table, omop_reading) }}
    {% endfor %}

)

select
    table_name,
    column_name,
    n_cells
from counted
where n_cells > 0
