-- One row per audience, report, indicator, period, stratum, level and entity that the audience may be shown: the true
-- counts, why each is hidden at once, and how it would be shown. Nobody but `measuremart publish` reads this: it hides
-- more where the shown counts would give a hidden one away (docs/semantics.md, 10).
with

audience as (

    select
        audience,
        report,
        method,
        below,
        round_to,
        leaves,
        delay_months,
        delay_days
    from {{ ref('catalogue_audience') }}

),

part as (

    select
        audience,
        part,
        name
    from {{ ref('catalogue_audience_part') }}

),

run_context as (

    select as_of
    from {{ ref('run_context') }}

),

counted as (

    select
        report,
        indicator,
        indicator_order,
        title,
        version,
        period_kind,
        period,
        stratifier,
        stratum,
        0 as level_order,
        'all' as level_name,
        'all' as entity,
        eligible,
        met
    from {{ ref('agg_indicator') }}
    where eligible is not null

    union all

    select
        report,
        indicator,
        indicator_order,
        title,
        version,
        period_kind,
        period,
        stratifier,
        stratum,
        level_order,
        level_name,
        entity,
        eligible,
        met
    from {{ ref('agg_indicator_by_level') }}
    where eligible is not null

),

period as (

    -- a period is shown when it is over, and the audience's delay after it
    select
        audience.audience,
        period.report,
        period.period_kind,
        period.period,
        period.start_date,
        period.end_date
    from {{ ref('dim_reference_period') }} as period
    inner join audience
        on period.report = audience.report
    inner join part
        on
            audience.audience = part.audience
            and part.part = 'period_kind'
            and period.period_kind = part.name
    cross join run_context
    where
        period.period_kind = 'all_time'
        or {{ add_interval('period.end_date', 'audience.delay_months', 'audience.delay_days') }} <= run_context.as_of

),

allowed as (

    select
        audience.audience,
        counted.report,
        audience.method,
        audience.below,
        audience.round_to,
        audience.leaves,
        counted.indicator,
        counted.indicator_order,
        counted.title,
        counted.version,
        counted.period_kind,
        counted.period,
        period.start_date,
        period.end_date,
        counted.stratifier,
        counted.stratum,
        counted.level_order,
        counted.level_name,
        counted.entity,
        counted.eligible,
        counted.met,
        counted.eligible - counted.met as not_met
    from counted
    inner join audience
        on counted.report = audience.report
    inner join period
        on
            audience.audience = period.audience
            and counted.report = period.report
            and counted.period_kind = period.period_kind
            and counted.period = period.period
    left join part as level_part
        on
            audience.audience = level_part.audience
            and level_part.part = 'level'
            and counted.level_name = level_part.name
    left join part as stratum_part
        on
            audience.audience = stratum_part.audience
            and stratum_part.part = 'stratifier'
            and counted.stratifier = stratum_part.name
    where
        (counted.level_name = 'all' or level_part.name is not null)
        and (counted.stratifier = 'all' or stratum_part.name is not null)

),

-- a retracted figure was shown, too
shown_before as (

    select
        publication_id,
        indicator,
        period_kind,
        period,
        stratifier,
        stratum,
        level_name,
        entity,
        eligible,
        met
    from {{ ref('pub_figure') }}

    union all

    select
        publication_id,
        indicator,
        period_kind,
        period,
        stratifier,
        stratum,
        level_name,
        entity,
        eligible,
        met
    from {{ ref('publication_retracted') }}

),

earlier as (

    select
        published.audience,
        published.report,
        shown_before.indicator,
        shown_before.period_kind,
        shown_before.period,
        shown_before.stratifier,
        shown_before.stratum,
        shown_before.level_name,
        shown_before.entity,
        shown_before.eligible,
        shown_before.met
    from shown_before
    inner join {{ ref('pub_publication') }} as published
        on shown_before.publication_id = published.publication_id

),

-- a change of a few keys since an earlier publication would show what they are
changed as (

    select
        allowed.audience,
        allowed.report,
        allowed.indicator,
        allowed.period_kind,
        allowed.period,
        allowed.stratifier,
        allowed.stratum,
        allowed.level_name,
        allowed.entity,
        max(case
            when abs(allowed.eligible - earlier.eligible) between 1 and allowed.below - 1 then 1
            else 0
        end) as eligible_changed,
        max(case
            when
                abs(allowed.met - earlier.met) between 1 and allowed.below - 1
                or abs(allowed.not_met - earlier.eligible + earlier.met) between 1 and allowed.below - 1
                then 1
            else 0
        end) as met_changed
    from allowed
    inner join earlier
        on
            allowed.audience = earlier.audience
            and allowed.report = earlier.report
            and allowed.indicator = earlier.indicator
            and allowed.period_kind = earlier.period_kind
            and allowed.period = earlier.period
            and allowed.stratifier = earlier.stratifier
            and allowed.stratum = earlier.stratum
            and allowed.level_name = earlier.level_name
            and allowed.entity = earlier.entity
    where allowed.method = 'suppress'
    group by
        allowed.audience,
        allowed.report,
        allowed.indicator,
        allowed.period_kind,
        allowed.period,
        allowed.stratifier,
        allowed.stratum,
        allowed.level_name,
        allowed.entity

),

reasoned as (

    select
        allowed.audience,
        allowed.report,
        allowed.method,
        allowed.below,
        allowed.round_to,
        allowed.leaves,
        allowed.indicator,
        allowed.indicator_order,
        allowed.title,
        allowed.version,
        allowed.period_kind,
        allowed.period,
        allowed.start_date,
        allowed.end_date,
        allowed.stratifier,
        allowed.stratum,
        allowed.level_order,
        allowed.level_name,
        allowed.entity,
        allowed.eligible,
        allowed.met,
        case
            when allowed.eligible between 1 and allowed.below - 1 then 'small'
            when changed.eligible_changed = 1 then 'earlier publication'
        end as eligible_reason,
        -- exact counts that stand beside each other give away those who were not met
        case
            when allowed.met between 1 and allowed.below - 1 then 'small'
            when allowed.eligible between 1 and allowed.below - 1 then 'small'
            when allowed.method = 'suppress' and allowed.not_met between 1 and allowed.below - 1 then 'small'
            when changed.eligible_changed = 1 or changed.met_changed = 1 then 'earlier publication'
        end as met_reason
    from allowed
    left join changed
        on
            allowed.audience = changed.audience
            and allowed.report = changed.report
            and allowed.indicator = changed.indicator
            and allowed.period_kind = changed.period_kind
            and allowed.period = changed.period
            and allowed.stratifier = changed.stratifier
            and allowed.stratum = changed.stratum
            and allowed.level_name = changed.level_name
            and allowed.entity = changed.entity

)

select
    audience,
    report,
    cast(row_number() over (
        partition by audience, report
        order by indicator, period_kind, period, stratifier, stratum, level_order, level_name, entity
    ) as bigint) as figure_number,
    method,
    below,
    round_to,
    leaves,
    indicator,
    indicator_order,
    title,
    version,
    period_kind,
    period,
    start_date,
    end_date,
    stratifier,
    stratum,
    cast(level_order as bigint) as level_order,
    level_name,
    entity,
    eligible,
    met,
    eligible_reason,
    met_reason,
    -- half away from zero to the base: whole numbers all the way
    cast(case
        when eligible_reason is not null then null
        when method = 'suppress' then eligible
        else {{ whole_division('2 * eligible + round_to', '2 * round_to') }} * round_to
    end as bigint) as shown_eligible,
    cast(case
        when met_reason is not null then null
        when method = 'suppress' then met
        else {{ whole_division('2 * met + round_to', '2 * round_to') }} * round_to
    end as bigint) as shown_met
from reasoned
