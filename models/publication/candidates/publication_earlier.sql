-- One row per figure of a publication, retracted ones included: what was shown, why a count was hidden, and the counts
-- that stand there now. `measuremart publish` attacks a new publication together with these.
with

publication as (

    select
        publication_id,
        audience,
        report,
        below,
        round_to,
        leaves
    from {{ ref('pub_publication') }}

),

figure as (

    select
        publication_id,
        indicator,
        period_kind,
        period,
        start_date,
        end_date,
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
        start_date,
        end_date,
        stratifier,
        stratum,
        level_name,
        entity,
        eligible,
        met
    from {{ ref('publication_retracted') }}

),

hidden as (

    select
        publication_id,
        indicator,
        period_kind,
        period,
        stratifier,
        stratum,
        level_name,
        entity,
        max(case when quantity = 'eligible' then reason end) as eligible_reason,
        max(case when quantity = 'met' then reason end) as met_reason
    from {{ ref('pub_hidden') }}
    group by publication_id, indicator, period_kind, period, stratifier, stratum, level_name, entity

),

today as (

    select
        report,
        indicator,
        period_kind,
        period,
        stratifier,
        stratum,
        'all' as level_name,
        'all' as entity,
        eligible,
        met
    from {{ ref('agg_indicator') }}

    union all

    select
        report,
        indicator,
        period_kind,
        period,
        stratifier,
        stratum,
        level_name,
        entity,
        eligible,
        met
    from {{ ref('agg_indicator_by_level') }}

)

select
    publication.audience,
    publication.report,
    publication.publication_id,
    publication.below,
    publication.round_to,
    publication.leaves,
    figure.indicator,
    figure.period_kind,
    figure.period,
    figure.start_date,
    figure.end_date,
    figure.stratifier,
    figure.stratum,
    figure.level_name,
    figure.entity,
    figure.eligible as shown_eligible,
    figure.met as shown_met,
    hidden.eligible_reason,
    hidden.met_reason,
    today.eligible,
    today.met
from publication
inner join figure
    on publication.publication_id = figure.publication_id
left join hidden
    on
        figure.publication_id = hidden.publication_id
        and figure.indicator = hidden.indicator
        and figure.period_kind = hidden.period_kind
        and figure.period = hidden.period
        and figure.stratifier = hidden.stratifier
        and figure.stratum = hidden.stratum
        and figure.level_name = hidden.level_name
        and figure.entity = hidden.entity
left join today
    on
        publication.report = today.report
        and figure.indicator = today.indicator
        and figure.period_kind = today.period_kind
        and figure.period = today.period
        and figure.stratifier = today.stratifier
        and figure.stratum = today.stratum
        and figure.level_name = today.level_name
        and figure.entity = today.entity
