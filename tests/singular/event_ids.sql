{{ config(severity='warn', fail_calc='coalesce(sum(n_events), 0)') }}

-- Events whose id several different records of the person share. At other grains than event nothing is wrong with them;
-- at that grain they are errors. Staging is read: targets lack the events that no definition asks about.
{% set tables = {
    'condition': ('stg_omop__condition_occurrence', 'condition_occurrence_id'),
    'drug': ('stg_omop__drug_exposure', 'drug_exposure_id'),
    'procedure': ('stg_omop__procedure_occurrence', 'procedure_occurrence_id'),
    'measurement': ('stg_omop__measurement', 'measurement_id'),
    'observation': ('stg_omop__observation', 'observation_id'),
    'device': ('stg_omop__device_exposure', 'device_exposure_id'),
    'visit': ('stg_omop__visit_occurrence', 'visit_occurrence_id'),
    'death': ('target__death', 'event_id'),
    'observation_period': ('target__observation_period', 'event_id'),
} %}
{# What no role of a target reads. #}
{% set unread = [
    'provider_id', 'care_site_id', 'measurement_event_id', 'meas_event_field_concept_id', 'observation_event_id',
    'obs_event_field_concept_id'
] %}

with

{% for name, (model, event_id) in tables.items() %}
    {% set table = ref(model) %}
    {% set columns = adapter.get_columns_in_relation(table) if execute else [] %}
    {% set names = columns | map(attribute='name') | map('lower') | reject('in', unread) | list or [event_id] %}
    {{ name }}_repeated as (

        select
            person_id,
            {{ event_id }}
        from {{ table }}
        where person_id is not null and {{ event_id }} is not null
        group by person_id, {{ event_id }}
        having count(*) > 1

    ),

    {{ name }}_record as (

        select distinct recorded.{{ names | join(', recorded.') }}
        from {{ table }} as recorded
        inner join {{ name }}_repeated as repeated
            on
                recorded.person_id = repeated.person_id
                and recorded.{{ event_id }} = repeated.{{ event_id }}

    ),

    {{ name }}_shared as (

        select
            person_id,
            {{ event_id }}
        from {{ name }}_record
        group by person_id, {{ event_id }}
        having count(*) > 1

    ),

{% endfor %}
shared as (

    {% for name in tables %}
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
