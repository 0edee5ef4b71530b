{{ config(severity='warn') }}

-- Persons, episodes, organisations and providers that facts and persons name and the source lacks. The facts stay.
-- Persons and episodes are compared by the columns that their keys are made of: facts have millions, and a text of each
-- costs almost three times as much.
{%- set person = ['population', 'person_id'] %}
{%- set episode = ['population', 'person_id', 'episode_id'] %}
with fact_key as (

    {% for fact, key, dimension, columns in [
        ('fct_measure_member', 'person_key', 'dim_person', person),
        ('fct_measure_member', 'episode_key', 'dim_episode', episode),
        ('fct_cohort_member', 'person_key', 'dim_person', person),
        ('fct_cohort_member', 'episode_key', 'dim_episode', episode),
        ('fct_indicator_result', 'person_key', 'dim_person', person),
        ('fct_indicator_result', 'episode_key', 'dim_episode', episode),
        ('dim_episode', 'person_key', 'dim_person', person),
        ('dim_person', 'organisation_key', 'dim_organisation', ['organisation_key']),
        ('dim_person', 'provider_key', 'dim_provider', ['provider_key']),
        ('dim_provider', 'organisation_key', 'dim_organisation', ['organisation_key']),
    ] %}
        {% if not loop.first %}union all{% endif %}
        select
            '{{ fact }}.{{ key }}' as fact_column,
            count(*) as n_missing
        from (
            select distinct {{ columns | join(', ') }}
            from {{ ref(fact) }}
            where {{ columns[-1] }} is not null
        ) as fact
        left join {{ ref(dimension) }} as dimension
            on
                {% for column in columns %}
                    {{ 'and ' if not loop.first }}fact.{{ column }} = dimension.{{ column }}
                {% endfor %}
        where dimension.{{ columns[-1] }} is null
    {% endfor %}

)

select
    fact_column,
    n_missing
from fact_key
where n_missing > 0
