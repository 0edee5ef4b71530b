{{ config(enabled=reads_csv('omop') == 'yes' or ('epilepsy12' in var('packs', []) and reads_csv('e12') == 'yes')) }}

-- One row per line of a CSV file that cannot be read: where it is and why, and nothing of what it says.
{% set omop_tables = [
    'care_site', 'cdm_source', 'concept', 'concept_ancestor', 'concept_relationship', 'condition_occurrence', 'death',
    'device_exposure', 'drug_exposure', 'episode', 'episode_event', 'location', 'measurement', 'observation',
    'observation_period', 'person', 'procedure_occurrence', 'provider', 'visit_occurrence', 'vocabulary'
] if reads_csv('omop') == 'yes' else [] %}
{% set e12_tables = [
    'assessment', 'children', 'epilepsy_context', 'episodes', 'investigations', 'management', 'medicines',
    'multiaxial_diagnosis', 'organisations', 'sites', 'syndromes'
] if 'epilepsy12' in var('packs', []) and reads_csv('e12') == 'yes' else [] %}

with lines as (

    select
        cast(null as varchar) as population,
        cast(null as varchar) as file_name,
        cast(null as bigint) as unreadable_line_number,
        cast(null as varchar) as unreadable_because
    where 1 = 0
    {% for table in omop_tables %}
    union all
    select
        'omop' as population,
        '{{ table }}.csv' as file_name,
        unreadable_line_number,
        unreadable_because
    from {{ ref('file_omop__' ~ table) }}
    {% endfor %}
    {% for table in e12_tables %}
    union all
    select
        'epilepsy12' as population,
        '{{ table }}.csv' as file_name,
        unreadable_line_number,
        unreadable_because
    from {{ ref('file_epilepsy12__' ~ table) }}
    {% endfor %}

)

select
    population,
    file_name,
    unreadable_line_number as line_number,
    unreadable_because as reason
from lines
where unreadable_because is not null
