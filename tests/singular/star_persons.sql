{{ config(severity='warn') }}

-- Persons, episodes, organisations and providers that facts and persons name and the source lacks. The facts stay.
with fact_key as (

    {% for fact, key, dimension in [
        ('fct_measure_member', 'person_key', 'dim_person'),
        ('fct_measure_member', 'episode_key', 'dim_episode'),
        ('fct_cohort_member', 'person_key', 'dim_person'),
        ('fct_cohort_member', 'episode_key', 'dim_episode'),
        ('fct_indicator_result', 'person_key', 'dim_person'),
        ('fct_indicator_result', 'episode_key', 'dim_episode'),
        ('dim_episode', 'person_key', 'dim_person'),
        ('dim_person', 'organisation_key', 'dim_organisation'),
        ('dim_person', 'provider_key', 'dim_provider'),
        ('dim_provider', 'organisation_key', 'dim_organisation'),
    ] %}
        {% if not loop.first %}union all{% endif %}
        select
            '{{ fact }}.{{ key }}' as fact_column,
            count(*) as n_missing
        from (
            select distinct {{ key }}
            from {{ ref(fact) }}
            where {{ key }} is not null
        ) as fact
        left join {{ ref(dimension) }} as dimension
            on fact.{{ key }} = dimension.{{ key }}
        where dimension.{{ key }} is null
    {% endfor %}

)

select
    fact_column,
    n_missing
from fact_key
where n_missing > 0
