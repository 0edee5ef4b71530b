{{ config(severity='error') }}

-- Columns of days in OMOP tables of which no cell that is not empty is a day: the whole column is written in another
-- form, and every event would be without a date.
{% set tables = [
    'care_site', 'concept', 'concept_ancestor', 'concept_relationship', 'condition_occurrence', 'death', 'device_exposure', 'drug_exposure',
    'episode', 'episode_event', 'location', 'measurement', 'observation', 'observation_period', 'person',
    'procedure_occurrence', 'provider', 'visit_occurrence'
] %}

with counted as (

    {% for table in tables %}
        {% if not loop.first %}union all{% endif %}
        -- {{ ref('stg_omop__' ~ table) }}
        {% set days = omop_columns(table) | selectattr('kind', 'equalto', 'day') | list %}
        {{ unreadable_cells(table, omop_table(table), days, omop_reading) }}
    {% endfor %}

)

select
    table_name,
    column_name,
    n_cells
from counted
where n_cells > 0 and n_cells = n_filled
