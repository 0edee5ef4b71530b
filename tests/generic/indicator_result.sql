{# What must hold of the results of every report (docs/semantics.md, 6.2 and 6.3). A row that fails says what is wrong.

   keys       the cohort keys of all reports, with the cohort date
   asked      the indicators of all reports: denominator, what a row of it shares with a cohort key (`denominator_match`),
              grain, the periods that it is valid for, why it is unavailable
   periods    the named periods of all reports
   members    the members of all measures #}
{% test indicator_result(model, keys, asked, periods, members) %}
    {%- set reasons = {
        'met': ['met'],
        'not_met': ['too_early', 'too_late', 'undated_ignored', 'in_another_episode', 'recorded_not_met', 'no_candidate'],
        'exception': ['exception'],
        'unresolved': ['unresolved', 'denominator_date_unknown', 'date_unknown', 'window_open'],
        'excluded': ['excluded'],
        'ineligible': ['denominator_outside_window', 'not_in_denominator'],
    } %}
    with

    result as (

        select
            report,
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

    asked as (

        select
            report,
            indicator,
            denominator,
            denominator_match,
            grain,
            valid_for
        from {{ asked }}
        where unavailable_reason is null

    ),

    counted as (

        select
            report,
            indicator,
            count(*) as n_rows
        from result
        group by report, indicator

    ),

    expected as (

        select
            asked.report,
            asked.indicator,
            case
                when asked.grain = 'person' then count(distinct cohort_key.person_id)
                else count(*)
            end as n_rows
        from asked
        inner join {{ keys }} as cohort_key
            on asked.report = cohort_key.report
        where
            asked.valid_for is null
            or exists (
                select 1 as present
                from {{ periods }} as named
                where
                    asked.report = named.report
                    and replace(', ' || asked.valid_for || ',', ', ' || named.period || ',', '')
                    <> ', ' || asked.valid_for || ','
                    and cohort_key.cohort_date between named.start_date and named.end_date
            )
        group by asked.report, asked.indicator, asked.grain

    )

    select
        'one status for each indicator and cohort key' as problem,
        expected.report,
        expected.indicator,
        expected.n_rows as rows_expected,
        coalesce(counted.n_rows, 0) as rows_found
    from expected
    left join counted
        on
            expected.report = counted.report
            and expected.indicator = counted.indicator
    where expected.n_rows <> coalesce(counted.n_rows, 0)

    union all

    select
        'a key appears twice' as problem,
        report,
        indicator,
        1 as rows_expected,
        count(*) as rows_found
    from result
    group by report, indicator, person_id, episode_id, measure_resolver
    having count(*) > 1

    union all

    select
        'a status, or dates beside it, that cannot be' as problem,
        report,
        indicator,
        0 as rows_expected,
        count(*) as rows_found
    from result
    where
        status not in ('{{ reasons | join("', '") }}')
        or status is null
        or (status in ('not_met', 'ineligible') and numerator_date is not null)
        or (denominator_date is null or numerator_date is null) <> (days_between is null)
    group by report, indicator

    union all

    select
        'a reason that the status cannot have' as problem,
        report,
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
    group by report, indicator

    union all

    select
        'days outside the window that do not fit the reason' as problem,
        report,
        indicator,
        0 as rows_expected,
        count(*) as rows_found
    from result
    where
        (reason_code = 'too_early' and coalesce(days_outside, 0) >= 0)
        or (reason_code = 'too_late' and coalesce(days_outside, 0) <= 0)
        or (days_outside is not null and nearest_date is null)
        or (nearest_date is not null and reason_code not in (
            'too_early', 'too_late', 'in_another_episode', 'recorded_not_met'
        ))
    group by report, indicator

    union all

    select
        'due, yet not in the denominator' as problem,
        result.report,
        result.indicator,
        0 as rows_expected,
        count(*) as rows_found
    from result
    inner join asked
        on
            result.report = asked.report
            and result.indicator = asked.indicator
    where
        asked.denominator <> 'full_cohort'
        and result.status in ('met', 'not_met', 'exception', 'excluded')
        and not exists (
            select 1 as present
            from {{ members }} as denominator
            where
                asked.denominator = denominator.measure
                and result.person_id = denominator.person_id
                and (
                    asked.denominator_match = 'person'
                    or asked.grain = 'person'
                    or (asked.denominator_match = 'episode' and result.episode_id = denominator.episode_id)
                    or (
                        asked.denominator_match = 'key'
                        and result.measure_resolver = denominator.measure_resolver
                        and result.episode_id is not distinct from denominator.episode_id
                    )
                )
        )
    group by result.report, result.indicator
{% endtest %}
