{{ config(severity='warn', fail_calc='coalesce(sum(n_events), 0)') }}

-- Events of the targets whose id several different records of the person share. Rows of one record that is attached to
-- several episodes do not count. At other grains than event nothing is wrong with them; at that grain they are errors.
{% set targets = [
    'condition', 'drug', 'procedure', 'measurement', 'observation', 'device', 'visit', 'death', 'observation_period'
] %}
{% set attachment = ['episode_id', 'nested_id', 'treatment_id', 'unattached_reason'] %}

with

{% for name in targets %}
    {% set target = ref('target__' ~ name) %}
    {% set columns = adapter.get_columns_in_relation(target) if execute else [] %}
    {% set names = columns | map(attribute='name') | map('lower') | reject('in', attachment) | list or ['event_id'] %}
    {{ name }}_repeated as (

        select
            person_id,
            event_id
        from {{ target }}
        where person_id is not null and event_id is not null
        group by person_id, event_id
        having count(*) > 1

    ),

    {{ name }}_record as (

        select distinct target_row.{{ names | join(', target_row.') }}
        from {{ target }} as target_row
        inner join {{ name }}_repeated as repeated
            on
                target_row.person_id = repeated.person_id
                and target_row.event_id = repeated.event_id

    ),

    {{ name }}_shared as (

        select
            person_id,
            event_id
        from {{ name }}_record
        group by person_id, event_id
        having count(*) > 1

    ),

{% endfor %}
shared as (

    {% for name in targets %}
        {% if not loop.first %}union all{% endif %}
        select '{{ name }}' as target_name
        from {{ name }}_shared
    {% endfor %}

)

select
    target_name,
    count(*) as n_events
from shared
group by target_name
