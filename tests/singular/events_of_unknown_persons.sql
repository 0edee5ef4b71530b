{{ config(severity='warn') }}

-- Events whose person is missing or not in the person table. They stay in the targets; a measure over persons does not see them.
with event_person as (

    {% for target in [
        'condition', 'drug', 'procedure', 'measurement', 'observation', 'device', 'visit', 'death', 'observation_period', 'episode'
    ] -%}
    select
        '{{ target }}' as target,
        person_id
    from {{ ref('target__' ~ target) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    event_person.target,
    count(*) as n_events
from event_person
left join {{ ref('stg_omop__person') }} as person
    on event_person.person_id = person.person_id
where person.person_id is null
group by event_person.target
