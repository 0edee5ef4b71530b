{{ config(severity='warn') }}

-- Events whose person is missing or not in the person table. They stay in the targets, but no report counts them.
with event_person as (

    {% for name in [
        'condition', 'drug', 'procedure', 'measurement', 'observation', 'device', 'visit', 'death', 'observation_period',
        'episode_of_care', 'episode_nested'
    ] %}
        {% if not loop.first %}union all{% endif %}
        select
            '{{ name }}' as target_name,
            person_id
        from {{ ref('target__' ~ name) }}
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
