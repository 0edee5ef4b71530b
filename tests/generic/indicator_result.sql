{# What must hold of every report's results (docs/semantics.md, 6.2 and 6.3). A row that fails says what is wrong.

   indicators      all indicators of the report
   person_grain    those of them with `grain: person`: one row a person; the others have one row a cohort key
   cohort          the report's cohort
   denominators    of the indicators that have one: its relation, and what a row of the results must share with a row of
                   it (`match`: person, episode or key)
   asked_in        first and last days of the periods that an indicator is asked in; the others are always asked #}
{% test indicator_result(model, cohort, indicators, person_grain=[], denominators=[], asked_in={}) %}
    {%- set reasons = {
        'met': ['met'],
        'not_met': ['too_early', 'too_late', 'undated_ignored', 'in_another_episode', 'no_candidate'],
        'exception': ['exception'],
        'unresolved': ['unresolved', 'denominator_date_unknown', 'date_unknown', 'window_open'],
        'excluded': ['excluded'],
        'ineligible': ['denominator_outside_window', 'not_in_denominator'],
    } %}
    with

    result as (

        select
            indicator,
            person_id,
            episode_id,
            measure_resolver,
            status,
            reason,
            reason_code,
            reason_measure,
            denominator_date,
            numerator_date,
            days_between,
            nearest_date,
            days_outside
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
        status not in ('{{ reasons | join("', '") }}')
        or status is null
        or (status in ('not_met', 'ineligible') and numerator_date is not null)
        or (denominator_date is null or numerator_date is null) <> (days_between is null)
    group by indicator

    union all

    select
        'a reason that the status cannot have' as problem,
        indicator,
        0 as rows_expected,
        count(*) as rows_found
    from result
    where
        reason is null
        or reason_code is null
        or reason_measure is null
        or not (
            {% for status, codes in reasons.items() -%}
            {{ 'or ' if not loop.first }}(status = '{{ status }}' and reason_code in ('{{ codes | join("', '") }}'))
            {% endfor -%}
        )
    group by indicator

    union all

    select
        'days outside the window that do not fit the reason' as problem,
        indicator,
        0 as rows_expected,
        count(*) as rows_found
    from result
    where
        (reason_code = 'too_early' and coalesce(days_outside, 0) >= 0)
        or (reason_code = 'too_late' and coalesce(days_outside, 0) <= 0)
        or (days_outside is not null and nearest_date is null)
        or (nearest_date is not null and reason_code not in ('too_early', 'too_late', 'in_another_episode'))
    group by indicator
    {%- for denominator in denominators %}

    union all

    select
        'due, yet not in the denominator' as problem,
        result.indicator,
        0 as rows_expected,
        count(*) as rows_found
    from result
    where
        result.indicator = '{{ denominator.indicator }}'
        and result.status in ('met', 'not_met', 'exception', 'excluded')
        and not exists (
            select 1 as present
            from {{ denominator.relation }} as denominator
            where
                result.person_id = denominator.person_id
                {%- if denominator.match == 'episode' %}
                and result.episode_id = denominator.episode_id
                {%- elif denominator.match == 'key' %}
                and result.measure_resolver = denominator.measure_resolver
                and result.episode_id is not distinct from denominator.episode_id
                {%- endif %}
        )
    group by result.indicator
    {%- endfor %}
{% endtest %}
