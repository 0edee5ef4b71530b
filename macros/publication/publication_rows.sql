{# The statements of a publication. Each reads publication_candidate, and publication_decision for what is hidden in addition. #}

{% macro publication_rows(publication_id, audience, report) -%}
    insert into {{ ref('pub_figure') }} (
        publication_id, report, audience, indicator, indicator_order, indicator_title, period_kind, period, start_date, end_date,
        stratifier, stratum, level_order, level_name, entity, entity_title, eligible, met, rate, lower_95, upper_95, peer_rank
    )
    with

    shown as (

        select
            candidate.*,
            case when hide_both.figure_number is null then candidate.shown_eligible end as eligible_published,
            case
                when hide_both.figure_number is null and hide_met.figure_number is null then candidate.shown_met
            end as met_published
        from {{ ref('publication_candidate') }} as candidate
        left join publication_decision as hide_both
            on candidate.figure_number = hide_both.figure_number and hide_both.decision = 'e'
        left join publication_decision as hide_met
            on candidate.figure_number = hide_met.figure_number and hide_met.decision = 'm'
        where candidate.audience = {{ publication_text(audience) }} and candidate.report = {{ publication_text(report) }}

    ),

    entity as (

        select
            level_entity.level_name,
            level_entity.entity,
            min(level_entity.title) as title
        from {{ ref('dim_level_entity') }} as level_entity
        inner join {{ ref('dim_report') }} as report
            on level_entity.population = report.population
        where report.report = {{ publication_text(report) }}
        group by level_entity.level_name, level_entity.entity

    ),

    -- of the shown counts: nothing here says more than they do
    rated as (

        select
            shown.*,
            {{ rounded_ratio('shown.met_published', 'shown.eligible_published', 6) }} as rate,
            {{ rounded(wilson_lower('shown.met_published', 'shown.eligible_published', 1.959963985), 6) }} as lower_95,
            {{ rounded(wilson_upper('shown.met_published', 'shown.eligible_published', 1.959963985), 6) }} as upper_95,
            indicator.better
        from shown
        left join {{ ref('dim_indicator') }} as indicator
            on shown.report = indicator.report and shown.indicator = indicator.indicator

    ),

    ranked as (

        select
            rated.*,
            case
                when rated.rate is not null and rated.entity <> 'not attributed' and rated.level_name <> 'all'
                    then rank() over (
                        partition by
                            rated.indicator, rated.period_kind, rated.period, rated.stratifier, rated.stratum, rated.level_name,
                            case when rated.rate is null or rated.entity = 'not attributed' then 1 else 0 end
                        order by case when rated.better = 'lower' then rated.rate else -rated.rate end
                    )
            end as peer_rank
        from rated

    )

    select
        {{ publication_id }},
        ranked.report,
        ranked.audience,
        ranked.indicator,
        ranked.indicator_order,
        ranked.title,
        ranked.period_kind,
        ranked.period,
        ranked.start_date,
        ranked.end_date,
        ranked.stratifier,
        ranked.stratum,
        ranked.level_order,
        ranked.level_name,
        ranked.entity,
        coalesce(entity.title, ranked.entity),
        ranked.eligible_published,
        ranked.met_published,
        case when audience.shows_rate and ranked.met_published is not null then cast(ranked.rate as numeric(18, 6)) end,
        case when audience.shows_interval and ranked.met_published is not null then cast(ranked.lower_95 as numeric(18, 6)) end,
        case when audience.shows_interval and ranked.met_published is not null then cast(ranked.upper_95 as numeric(18, 6)) end,
        case when audience.shows_rank then ranked.peer_rank end
    from ranked
    inner join {{ ref('catalogue_audience') }} as audience
        on ranked.audience = audience.audience and ranked.report = audience.report
    left join entity
        on ranked.level_name = entity.level_name and ranked.entity = entity.entity
{%- endmacro %}


{% macro publication_hidden_rows(publication_id, audience, report) -%}
    insert into {{ ref('pub_hidden') }} (
        publication_id, indicator, period_kind, period, stratifier, stratum, level_name, entity, quantity, reason
    )
    with

    decided as (

        select
            candidate.*,
            case
                when any_size.figure_number is not null then 'complementary'
                when candidate.eligible_reason is not null then candidate.eligible_reason
                when hide_both.figure_number is not null then 'complementary'
            end as why_eligible,
            case
                when met_any_size.figure_number is not null then 'complementary'
                when candidate.met_reason is not null then candidate.met_reason
                when hide_both.figure_number is not null or hide_met.figure_number is not null then 'complementary'
            end as why_met
        from {{ ref('publication_candidate') }} as candidate
        left join publication_decision as hide_both
            on candidate.figure_number = hide_both.figure_number and hide_both.decision = 'e'
        left join publication_decision as hide_met
            on candidate.figure_number = hide_met.figure_number and hide_met.decision = 'm'
        left join publication_decision as any_size
            on candidate.figure_number = any_size.figure_number and any_size.decision = 's'
        left join publication_decision as met_any_size
            on candidate.figure_number = met_any_size.figure_number and met_any_size.decision = 't'
        where candidate.audience = {{ publication_text(audience) }} and candidate.report = {{ publication_text(report) }}

    ),

    hidden as (

        select
            decided.*,
            'eligible' as quantity,
            decided.why_eligible as reason
        from decided
        where decided.why_eligible is not null

        union all

        select
            decided.*,
            'met' as quantity,
            decided.why_met as reason
        from decided
        where decided.why_met is not null

    )

    select
        {{ publication_id }},
        indicator,
        period_kind,
        period,
        stratifier,
        stratum,
        level_name,
        entity,
        quantity,
        reason
    from hidden
{%- endmacro %}


{% macro publication_definition_rows(publication_id, audience, report) -%}
    insert into {{ ref('pub_definition') }} (publication_id, indicator, indicator_order, title, description, version)
    select
        {{ publication_id }},
        indicator,
        indicator_order,
        title,
        description,
        version
    from {{ ref('dim_indicator') }}
    where
        report = {{ publication_text(report) }}
        and indicator in (
            select indicator
            from {{ ref('publication_candidate') }}
            where audience = {{ publication_text(audience) }} and report = {{ publication_text(report) }}
        )
{%- endmacro %}


{% macro publication_row(publication_id, audience, report, approver, published_at, version) -%}
    insert into {{ ref('pub_publication') }} (
        publication_id, report, report_title, audience, approver, published_at, as_of, method, below, round_to, leaves,
        newest_source_day, source_release, measuremart_version, figures
    )
    select
        {{ publication_id }},
        audience.report,
        report.title,
        audience.audience,
        {{ publication_text(approver) }},
        {{ publication_text(published_at) }},
        run_context.as_of,
        audience.method,
        audience.below,
        audience.round_to,
        audience.leaves,
        freshness.newest_source_day,
        freshness.source_release,
        {{ publication_text(version) }},
        (select count(*) from {{ ref('pub_figure') }} where publication_id = {{ publication_id }})
    from {{ ref('catalogue_audience') }} as audience
    inner join {{ ref('dim_report') }} as report
        on audience.report = report.report
    cross join {{ ref('run_context') }} as run_context
    left join (
        select
            population,
            max(last_date) as newest_source_day,
            {{ to_text('max(source_release_date)') }} as source_release
        from {{ ref('fct_source_freshness') }}
        group by population
    ) as freshness
        on report.population = freshness.population
    where audience.audience = {{ publication_text(audience) }} and audience.report = {{ publication_text(report) }}
{%- endmacro %}
