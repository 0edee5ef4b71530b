-- Keys of facts that their dimension lacks: a BI tool that joins the two would lose or blank those rows. Persons and
-- episodes that the source itself lacks are in star_persons, which only warns.
with fact_key as (

    {% for fact, key, dimension in [
        ('fct_indicator_result', 'indicator_key', 'dim_indicator'),
        ('agg_indicator', 'indicator_key', 'dim_indicator'),
        ('agg_indicator', 'period_key', 'dim_reference_period'),
        ('agg_indicator', 'report', 'dim_report'),
        ('agg_attrition', 'indicator_key', 'dim_indicator'),
        ('agg_attrition', 'period_key', 'dim_reference_period'),
        ('agg_indicator_by_level', 'indicator_key', 'dim_indicator'),
        ('agg_indicator_by_level', 'period_key', 'dim_reference_period'),
        ('agg_indicator_by_level', 'entity_key', 'dim_level_entity'),
        ('agg_not_asked', 'indicator_key', 'dim_indicator'),
        ('dim_indicator', 'report', 'dim_report'),
        ('fct_cohort_member', 'cohort_key', 'dim_cohort'),
        ('fct_measure_member', 'measure', 'dim_measure'),
        ('dim_cohort', 'measure', 'dim_measure'),
        ('cohort', 'cohort_definition_id', 'cohort_definition'),
    ] %}
        {% if not loop.first %}union all{% endif %}
        select
            '{{ fact }}.{{ key }}' as fact_column,
            {{ to_text('fact.' ~ key) }} as missing_key
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
    missing_key
from fact_key
