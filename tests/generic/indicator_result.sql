{# What must hold of every report's results (docs/semantics.md, 6.2). A row that fails says what is wrong.

   indicators      all indicators of the report
   person_grain    those of them with `grain: person`: one row a person; the others have one row a cohort key
   cohort          the report's cohort
   asked_in        first and last days of the periods that an indicator is asked in; the others are always asked #}
{% test indicator_result(model, cohort, indicators, person_grain=[], asked_in={}) %}
    with

    result as (

        select
            indicator,
            person_id,
            episode_id,
            measure_resolver,
            status,
            denominator_date,
            numerator_date,
            days_between
        from {{ model }}

    ),

    counted as (

        select
            indicator,
            count(*) as n_rows
        from result
        group by indicator

    ),

    expected as (
        {% for indicator in indicators %}
        select
            '{{ indicator }}' as indicator,
            {{ 'count(distinct person_id)' if indicator in person_grain else 'count(*)' }} as n_rows
        from {{ cohort }}
        {% for first_day, last_day in asked_in.get(indicator, []) %}
        {{ 'where' if loop.first else 'or' }} measure_date between date '{{ first_day }}' and date '{{ last_day }}'
        {% endfor %}
        {% if not loop.last %}union all{% endif %}
        {% endfor %}
    )

    select
        'one status for each indicator and cohort key' as problem,
        expected.indicator,
        expected.n_rows as rows_expected,
        coalesce(counted.n_rows, 0) as rows_found
    from expected
    left join counted
        on expected.indicator = counted.indicator
    where expected.n_rows <> coalesce(counted.n_rows, 0)

    union all

    select
        'a key stands twice' as problem,
        indicator,
        1 as rows_expected,
        count(*) as rows_found
    from result
    group by indicator, person_id, episode_id, measure_resolver
    having count(*) > 1

    union all

    select
        'a status, or dates beside it, that cannot be' as problem,
        indicator,
        0 as rows_expected,
        count(*) as rows_found
    from result
    where
        status not in ('met', 'not_met', 'exception', 'unresolved', 'excluded', 'ineligible')
        or status is null
        or (status in ('not_met', 'ineligible') and numerator_date is not null)
        or (denominator_date is null or numerator_date is null) <> (days_between is null)
    group by indicator
{% endtest %}
