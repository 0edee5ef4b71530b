{{ config(severity='warn') }}

-- Events whose person is missing or not in the person table. They stay, but no report counts them.
-- Staging is read where a target holds only the events that some definition asks about.
{% set tables = {
    'condition': 'stg_omop__condition_occurrence',
    'drug': 'stg_omop__drug_exposure',
    'procedure': 'stg_omop__procedure_occurrence',
    'measurement': 'stg_omop__measurement',
    'observation': 'stg_omop__observation',
    'device': 'stg_omop__device_exposure',
    'visit': 'stg_omop__visit_occurrence',
    'death': 'target__death',
    'observation_period': 'target__observation_period',
    'episode_of_care': 'target__episode_of_care',
    'episode_nested': 'target__episode_nested',
} %}

with event_person as (

    {% for name, model in tables.items() %}
        {% if not loop.first %}union all{% endif %}
        select
            '{{ name }}' as target_name,
            person_id
        from {{ ref(model) }}
    {% endfor %}

)

select
    event_person.target_name,
    count(*) as n_events
from event_person
left join {{ ref('stg_omop__person') }} as person
    on event_person.person_id = person.person_id
where person.person_id is null
group by event_person.target_name
