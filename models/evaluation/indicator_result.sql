-- The result of every cohort key for every indicator of every report: the one place that decides a status, its
-- reason and its dates (docs/semantics.md, 6.2 and 6.3). It reads the evidence of each indicator,
-- evidence__<report>__<indicator>. No result is written before all members that are built have passed their tests.
-- depends_on: {{ ref('measure_members') }}
-- depends_on: {{ ref('subquery_members') }}
with

asked as (

    -- rows of keys are compared by the number of their indicator, not by two texts
    select
        catalogue_report_indicator.report,
        catalogue_report_indicator.indicator,
        cast(
            row_number() over (order by catalogue_report_indicator.report, catalogue_report_indicator.indicator)
            as bigint
        ) as indicator_number,
        catalogue_report_indicator.denominator,
        catalogue_report_indicator.numerator,
        catalogue_report_indicator.grain,
        catalogue_report.population,
        catalogue_report.period_date as period_date_rule,
        catalogue_report_indicator.numerator_window is not null as has_window,
        catalogue_report_indicator.undated_numerator = 'ignore' as ignores_undated,
        coalesce(catalogue_report_indicator.open_window = 'unresolved', false) as waits
    from {{ ref('catalogue_report_indicator') }} as catalogue_report_indicator
    inner join {{ ref('catalogue_report') }} as catalogue_report
        on catalogue_report_indicator.report = catalogue_report.report

),

run_context as (

    select as_of
    from {{ ref('run_context') }}

),

counted as (

    select
        report,
        person_id,
        episode_id,
        measure_resolver
    from {{ ref('report_counted_keys') }}

),

evidence as (

    select
        asked.indicator_number,
        evidence.person_id,
        evidence.episode_id,
        evidence.measure_resolver,
        evidence.cohort_date,
        evidence.has_denominator,
        evidence.denominator_date,
        evidence.is_in,
        evidence.has_numerator,
        evidence.is_elsewhere,
        evidence.numerator_date,
        evidence.days_outside,
        evidence.excluded_by,
        evidence.excepted_by,
        evidence.unresolved_by,
        asked.has_window,
        asked.ignores_undated,
        asked.waits,
        evidence.window_start,
        evidence.window_end
    from {{ ref('indicator_evidence') }} as evidence
    inner join asked
        on
            evidence.report = asked.report
            and evidence.indicator = asked.indicator

),

-- A key without an opportunity has one row of evidence, and nothing stands against it.
not_due as (

    select
        indicator_number,
        person_id,
        episode_id,
        measure_resolver,
        cohort_date,
        unresolved_by
    from evidence
    where not has_denominator

),

-- passes: the numerator date meets the indicator at this opportunity; null where an unknown date decides
due as (

    select
        evidence.indicator_number,
        evidence.person_id,
        evidence.episode_id,
        evidence.measure_resolver,
        evidence.cohort_date,
        evidence.denominator_date,
        evidence.is_in,
        evidence.has_numerator,
        evidence.is_elsewhere,
        evidence.numerator_date,
        evidence.days_outside,
        evidence.excluded_by,
        evidence.excepted_by,
        evidence.unresolved_by,
        evidence.has_window,
        evidence.window_start,
        evidence.window_end,
        -- the numerator window of an opportunity that counts is not over
        evidence.waits and evidence.window_end >= run_context.as_of as is_open,
        evidence.is_in and case
            when evidence.has_window then evidence.days_outside = 0
            when evidence.ignores_undated then evidence.numerator_date is not null
            else true
        end as passes
    from evidence
    cross join run_context
    where evidence.has_denominator

),

fact as (

    -- what is known of each key, all its opportunities and numerator dates together
    select
        indicator_number,
        person_id,
        episode_id,
        measure_resolver,
        max(cohort_date) as cohort_date,
        max(excluded_by) as excluded_by,
        max(excepted_by) as excepted_by,
        max(unresolved_by) as unresolved_by,
        max(case when is_in then 1 else 0 end) as is_in,
        max(case when is_in is null then 1 else 0 end) as may_be_in,
        max(case when is_in and is_open then 1 else 0 end) as is_open,
        min(case when is_in then denominator_date end) as first_date,
        max(case when has_numerator and not is_elsewhere then 1 else 0 end) as has_numerator,
        max(case when has_numerator and not is_elsewhere and passes then 1 else 0 end) as meets,
        max(case when has_numerator and not is_elsewhere and passes is null then 1 else 0 end) as may_meet,
        min(case when has_numerator and not is_elsewhere and passes then denominator_date end) as met_date
    from due
    group by indicator_number, person_id, episode_id, measure_resolver

),

numerator as (

    -- the earliest passing numerator date of the opportunity that was met
    select
        due.indicator_number,
        due.person_id,
        due.episode_id,
        due.measure_resolver,
        min(due.numerator_date) as numerator_date
    from due
    inner join fact
        on
            due.indicator_number = fact.indicator_number
            and due.person_id = fact.person_id
            and due.measure_resolver = fact.measure_resolver
            and due.episode_id is not distinct from fact.episode_id
            and due.denominator_date is not distinct from fact.met_date
    where
        fact.meets = 1
        and due.has_numerator
        and not due.is_elsewhere
        and due.passes
    group by
        due.indicator_number,
        due.person_id,
        due.episode_id,
        due.measure_resolver

),

near as (

    -- of keys that are not met, what there is of the numerator: their own, else the person's in other episodes
    select
        due.indicator_number,
        due.person_id,
        due.episode_id,
        due.measure_resolver,
        due.numerator_date,
        due.days_outside,
        due.is_elsewhere
    from due
    inner join fact
        on
            due.indicator_number = fact.indicator_number
            and due.person_id = fact.person_id
            and due.measure_resolver = fact.measure_resolver
            and due.episode_id is not distinct from fact.episode_id
    where
        due.has_numerator
        and (
            (not due.is_elsewhere and fact.meets = 0 and fact.may_meet = 0)
            or (due.is_elsewhere and fact.has_numerator = 0)
        )

),

ranked as (

    -- the nearest to the window of any opportunity, then the earliest date; days after a window come before days
    -- before one, since the opportunity is then the earlier one
    select
        indicator_number,
        person_id,
        episode_id,
        measure_resolver,
        numerator_date as nearest_date,
        days_outside,
        case when is_elsewhere then 1 else 0 end as is_elsewhere,
        row_number() over (
            partition by indicator_number, person_id, episode_id, measure_resolver
            order by
                abs(days_outside) asc nulls last,
                numerator_date asc nulls last,
                days_outside desc
        ) as place
    from near

),

recorded_row as (

    select
        asked.indicator_number,
        recorded.person_id,
        recorded.episode_id,
        recorded.measure_resolver,
        recorded.measure_date,
        recorded.number_value,
        recorded.missed_by,
        recorded.key_match
    from {{ ref('indicator_recorded') }} as recorded
    inner join asked
        on
            recorded.report = asked.report
            and recorded.indicator = asked.indicator

),

recorded as (

    -- what is recorded of the numerator's concepts and failed another condition, of keys without any numerator: inside
    -- the window of an opportunity
    select
        due.indicator_number,
        due.person_id,
        due.episode_id,
        due.measure_resolver,
        recorded.measure_date as recorded_date,
        recorded.number_value as recorded_value,
        recorded.missed_by
    from due
    inner join recorded_row as recorded
        on
            due.indicator_number = recorded.indicator_number
            and due.person_id = recorded.person_id
            and (
                recorded.key_match = 'person'
                or (recorded.key_match = 'episode' and due.episode_id = recorded.episode_id)
                or (
                    recorded.key_match = 'key'
                    and due.measure_resolver = recorded.measure_resolver
                    and due.episode_id is not distinct from recorded.episode_id
                )
            )
    where
        coalesce(due.is_in, true)
        and not due.has_numerator
        and (
            not due.has_window
            or (
                coalesce(due.window_start, due.window_end) is not null
                and recorded.measure_date >= coalesce(due.window_start, recorded.measure_date)
                and recorded.measure_date <= coalesce(due.window_end, recorded.measure_date)
            )
        )

),

nearest_recorded as (

    -- the number that misses its limit by least, then the earliest date
    select
        indicator_number,
        person_id,
        episode_id,
        measure_resolver,
        recorded_date,
        recorded_value,
        row_number() over (
            partition by indicator_number, person_id, episode_id, measure_resolver
            order by
                missed_by asc nulls last,
                recorded_date asc nulls last,
                recorded_value asc nulls last
        ) as place
    from recorded

),

evaluated as (

    select
        fact.indicator_number,
        fact.person_id,
        fact.episode_id,
        fact.measure_resolver,
        fact.cohort_date,
        fact.excluded_by,
        fact.excepted_by,
        fact.unresolved_by,
        fact.is_in,
        fact.may_be_in,
        fact.is_open,
        fact.has_numerator,
        fact.meets,
        fact.may_meet,
        case when fact.meets = 1 then fact.met_date else fact.first_date end as denominator_date,
        numerator.numerator_date,
        nearest.nearest_date,
        nearest.days_outside,
        coalesce(nearest.is_elsewhere, 0) as is_elsewhere,
        nearest_recorded.place is not null as is_recorded,
        nearest_recorded.recorded_date,
        nearest_recorded.recorded_value
    from fact
    left join numerator
        on
            fact.indicator_number = numerator.indicator_number
            and fact.person_id = numerator.person_id
            and fact.measure_resolver = numerator.measure_resolver
            and fact.episode_id is not distinct from numerator.episode_id
    left join ranked as nearest
        on
            fact.indicator_number = nearest.indicator_number
            and fact.person_id = nearest.person_id
            and fact.measure_resolver = nearest.measure_resolver
            and fact.episode_id is not distinct from nearest.episode_id
            and nearest.place = 1
    left join nearest_recorded
        on
            fact.indicator_number = nearest_recorded.indicator_number
            and fact.person_id = nearest_recorded.person_id
            and fact.measure_resolver = nearest_recorded.measure_resolver
            and fact.episode_id is not distinct from nearest_recorded.episode_id
            and nearest_recorded.place = 1

),

explained as (

    -- the first that applies
    select
        indicator_number,
        person_id,
        episode_id,
        measure_resolver,
        cohort_date,
        excluded_by,
        excepted_by,
        unresolved_by,
        denominator_date,
        numerator_date,
        nearest_date,
        days_outside,
        recorded_date,
        recorded_value,
        case
            when is_in = 1 and excluded_by is not null then 'excluded'
            when unresolved_by is not null then 'unresolved'
            when is_in = 1 and meets = 1 then 'met'
            when is_in = 1 and excepted_by is not null then 'exception'
            when is_in = 0 and may_be_in = 1 then 'denominator_date_unknown'
            when is_in = 1 and may_meet = 1 then 'date_unknown'
            when is_in = 1 and is_open = 1 then 'window_open'
            when is_in = 1 and is_elsewhere = 1 then 'in_another_episode'
            when is_in = 1 and days_outside < 0 then 'too_early'
            when is_in = 1 and days_outside > 0 then 'too_late'
            when is_in = 1 and has_numerator = 1 then 'undated_ignored'
            when is_in = 1 and is_recorded then 'recorded_not_met'
            when is_in = 1 then 'no_candidate'
            else 'denominator_outside_window'
        end as reason_code
    from evaluated

    union all

    select
        indicator_number,
        person_id,
        episode_id,
        measure_resolver,
        cohort_date,
        {{ to_text('null') }} as excluded_by,
        {{ to_text('null') }} as excepted_by,
        unresolved_by,
        cast(null as date) as denominator_date,
        cast(null as date) as numerator_date,
        cast(null as date) as nearest_date,
        cast(null as bigint) as days_outside,
        cast(null as date) as recorded_date,
        cast(null as numeric(38, 10)) as recorded_value,
        case when unresolved_by is not null then 'unresolved' else 'not_in_denominator' end as reason_code
    from not_due

),

judged as (

    select
        asked.report,
        asked.indicator,
        asked.population,
        asked.grain,
        asked.period_date_rule,
        explained.person_id,
        explained.episode_id,
        explained.measure_resolver,
        explained.cohort_date,
        case
            when explained.reason_code in ('met', 'exception', 'excluded') then explained.reason_code
            when
                explained.reason_code in ('unresolved', 'denominator_date_unknown', 'date_unknown', 'window_open')
                then 'unresolved'
            when explained.reason_code in ('denominator_outside_window', 'not_in_denominator') then 'ineligible'
            else 'not_met'
        end as status,
        case explained.reason_code
            when 'met' then 'met'
            when 'excluded' then 'excluded: ' || explained.excluded_by
            when 'unresolved' then 'unresolved: ' || explained.unresolved_by
            when 'exception' then 'exception: ' || explained.excepted_by
            when 'denominator_date_unknown' then 'denominator date unknown'
            when 'date_unknown' then 'numerator date unknown'
            when 'window_open' then 'numerator window still open'
            when 'in_another_episode' then 'numerator in another episode'
            when 'too_early' then 'numerator outside the window'
            when 'too_late' then 'numerator outside the window'
            when 'undated_ignored' then 'numerator undated'
            when 'recorded_not_met' then 'recorded, but not as the numerator asks'
            when 'no_candidate' then 'no numerator'
            when 'denominator_outside_window' then 'denominator outside the window'
            else 'not in the denominator'
        end as reason,
        explained.reason_code,
        case
            when explained.reason_code = 'excluded' then explained.excluded_by
            when explained.reason_code = 'unresolved' then explained.unresolved_by
            when explained.reason_code = 'exception' then explained.excepted_by
            when
                explained.reason_code
                in ('denominator_date_unknown', 'denominator_outside_window', 'not_in_denominator')
                then asked.denominator
            else asked.numerator
        end as reason_measure,
        explained.denominator_date,
        explained.numerator_date,
        case
            when explained.reason_code in ('too_early', 'too_late', 'in_another_episode') then explained.nearest_date
            when explained.reason_code = 'recorded_not_met' then explained.recorded_date
        end as nearest_date,
        case
            when explained.reason_code in ('too_early', 'too_late', 'in_another_episode') then explained.days_outside
        end as days_outside,
        case when explained.reason_code = 'recorded_not_met' then explained.recorded_value end as nearest_value,
        counted.person_id is not null as is_counted
    from explained
    inner join asked
        on explained.indicator_number = asked.indicator_number
    left join counted
        on
            asked.report = counted.report
            and explained.person_id = counted.person_id
            and explained.measure_resolver = counted.measure_resolver
            and explained.episode_id is not distinct from counted.episode_id

),

-- indicators of person grain: one key stands for the person, a counted one where there is one
ranked_key as (

    select
        report,
        indicator,
        population,
        period_date_rule,
        person_id,
        cohort_date,
        status,
        reason,
        reason_code,
        reason_measure,
        denominator_date,
        numerator_date,
        nearest_date,
        days_outside,
        nearest_value,
        is_counted,
        row_number() over (
            partition by report, indicator, person_id
            order by
                case when is_counted then 0 else 1 end,
                case status
                    when 'met' then 1
                    when 'not_met' then 2
                    when 'exception' then 3
                    when 'unresolved' then 4
                    when 'excluded' then 5
                    else 6
                end,
                denominator_date nulls last,
                numerator_date nulls last,
                episode_id nulls last,
                measure_resolver
        ) as place
    from judged
    where grain = 'person'

),

reduced as (

    select
        report,
        indicator,
        population,
        period_date_rule,
        person_id,
        episode_id,
        measure_resolver,
        cohort_date,
        status,
        reason,
        reason_code,
        reason_measure,
        denominator_date,
        numerator_date,
        nearest_date,
        days_outside,
        nearest_value,
        is_counted
    from judged
    where grain = 'cohort'

    union all

    select
        report,
        indicator,
        population,
        period_date_rule,
        person_id,
        cast(null as bigint) as episode_id,
        person_id as measure_resolver,
        cohort_date,
        status,
        reason,
        reason_code,
        reason_measure,
        denominator_date,
        numerator_date,
        nearest_date,
        days_outside,
        nearest_value,
        is_counted
    from ranked_key
    where place = 1

),

final as (

    select
        report,
        population,
        indicator,
        person_id,
        episode_id,
        measure_resolver,
        cohort_date,
        status,
        reason,
        reason_code,
        reason_measure,
        denominator_date,
        numerator_date,
        cast({{ date_diff_days('numerator_date', 'denominator_date') }} as bigint) as days_between,
        nearest_date,
        days_outside,
        nearest_value,
        case period_date_rule
            when 'cohort' then coalesce(cohort_date, denominator_date)
            when 'denominator' then coalesce(denominator_date, cohort_date)
            when 'numerator' then coalesce(numerator_date, denominator_date, cohort_date)
            when 'latest'
                then coalesce(
                    case
                        when denominator_date is not null and numerator_date is not null
                            then greatest(denominator_date, numerator_date)
                        else coalesce(denominator_date, numerator_date)
                    end,
                    cohort_date
                )
        end as period_date,
        is_counted
    from reduced

)

select
    report,
    population,
    indicator,
    person_id,
    episode_id,
    measure_resolver,
    cohort_date,
    status,
    reason,
    reason_code,
    reason_measure,
    denominator_date,
    numerator_date,
    days_between,
    nearest_date,
    days_outside,
    nearest_value,
    period_date,
    is_counted
from final
