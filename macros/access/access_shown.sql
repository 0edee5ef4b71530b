{# The relations that readers see in the schema `shown`, and the condition of a row; `shown` is the row.
   `kinds` are who may ask: clinician, public. A relation that is not listed is shown to nobody. #}
{% macro access_shown() -%}
    {%- set of_entity = 'exists (\n    select 1\n    from seen\n    where seen.report = shown.report\n        and seen.level_name = shown.level_name\n        and seen.entity = shown.entity\n)' -%}
    {%- set of_parent = of_entity ~ '\nand exists (\n    select 1\n    from seen\n    where seen.report = shown.report\n        and seen.level_name = shown.parent_level\n        and seen.entity = shown.parent_entity\n)' -%}
    {%- set of_person = 'exists (\n    select 1\n    from own_key\n    where own_key.population = shown.population\n        and own_key.person_id = shown.person_id\n' -%}
    {%- set of_episode = of_person ~ '        and own_key.episode_id = shown.episode_id\n)' -%}
    {%- set of_date = of_person ~ '        and own_key.report = shown.report\n        and own_key.cohort_date is not distinct from shown.cohort_date\n' -%}
    {%- set of_key = of_date ~ '        and own_key.measure_resolver = shown.measure_resolver\n        and own_key.episode_id is not distinct from shown.episode_id\n)' -%}
    {%- set of_audience = 'exists (\n    select 1\n    from audience\n    where audience.publication_id = shown.publication_id\n)' -%}
    {#- What is worked out from all peers of a level together. -#}
    {%- set of_all_peers = [
        'pooled_rate', 'dispersion', 'between_variance', 'alert_lower', 'alert_upper', 'alarm_lower', 'alarm_upper',
        'overdispersed_alert_lower', 'overdispersed_alert_upper', 'overdispersed_alarm_lower', 'overdispersed_alarm_upper', 'z_score',
        'overdispersed_z_score', 'outlier_class', 'overdispersed_outlier_class', 'direction', 'peer_rank', 'quartile'
    ] -%}
    {%- set shown = [] -%}
    {%- for layer, name, kinds, where in [
        ('marts', 'dim_date', ['clinician'], 'true'),
        ('marts', 'dim_indicator', ['clinician'], 'true'),
        ('marts', 'dim_reference_period', ['clinician'], 'true'),
        ('marts', 'dim_report', ['clinician'], 'true'),
        ('marts', 'dim_unavailable', ['clinician'], 'true'),
        ('marts', 'dim_level_entity', ['clinician'],
            'exists (\n    select 1\n    from seen\n    where seen.population = shown.population\n        and seen.level_name = shown.level_name\n        and seen.entity = shown.entity\n)'),
        ('marts', 'agg_case_mix', ['clinician'], of_entity),
        ('marts', 'agg_indicator_by_level', ['clinician'], of_entity),
        ('marts', 'agg_indicator_by_parent', ['clinician'], of_parent),
        ('marts', 'agg_indicator_funnel', ['clinician'], of_entity),
        ('marts', 'agg_indicator_trend', ['clinician'], of_entity),
        ('marts', 'indicator_overview', ['clinician'], of_entity),
        ('marts', 'dim_episode', ['clinician'], of_episode),
        ('marts', 'dim_person', ['clinician'], of_person ~ ')'),
        ('marts', 'fct_cohort_member', ['clinician'], of_key),
        ('marts', 'fct_cohort_stratum', ['clinician'], of_date ~ ')'),
        ('marts', 'fct_indicator_result', ['clinician'], of_key),
        ('levels', 'entity_parent', ['clinician'],
            'exists (\n    select 1\n    from own\n    inner join seen\n        on own.report = seen.report\n    where own.population = shown.population\n        and own.level_name = shown.level_name\n        and own.entity = shown.entity\n        and seen.level_name = shown.parent_level\n        and seen.entity = shown.parent_entity\n)'),
        ('levels', 'organisation_membership', ['clinician'],
            'exists (\n    select 1\n    from own\n    where own.population = shown.population\n        and own.level_name = shown.level_name\n        and own.entity = shown.entity\n)'),
        ('levels', 'report_attribution', ['clinician'], 'shown.is_chosen\nand ' ~ of_key),
        ('publication', 'pub_definition', ['clinician', 'public'], of_audience),
        ('publication', 'pub_figure', ['clinician', 'public'], of_audience),
        ('publication', 'pub_hidden', ['clinician', 'public'], of_audience),
        ('publication', 'pub_publication', ['clinician', 'public'], of_audience),
        ('publication', 'pub_retraction', ['clinician', 'public'], of_audience),
    ] -%}
        {%- do shown.append({
            'layer': layer, 'name': name, 'kinds': kinds, 'where': where, 'place': access_place(name, layer),
            'of_all_peers': of_all_peers if name == 'agg_indicator_funnel' else []
        }) -%}
    {%- endfor -%}
    {%- do return(shown) -%}
{%- endmacro %}

{# The query of a relation's rows for whoever asks. `set role` counts: it is what PostgreSQL let the login become. Own are the
   entities that access.entity_access gives the role, by report; seen are they and their parents of the report's wider levels
   on the day as_of; own keys are those that count for an own entity. A null equals nothing, so it lets nobody see anything. #}
{% macro access_query(relation, columns) -%}
    {%- set access = adapter.quote(var('access_schema')) -%}
with

viewer as (

    select coalesce(nullif(current_setting('role'), 'none'), cast(session_user as text)) as role_name
{%- if relation.layer == 'publication' %}

),

audience as (

    select published.publication_id
    from {{ access_rows('pub_publication', 'publication') }} as published
    inner join {{ access }}.audience_access as allowed
        on published.audience = allowed.audience
    inner join viewer
        on allowed.role_name = viewer.role_name
    where not exists (
        select 1
        from {{ access_rows('pub_retraction', 'publication') }} as retracted
        where retracted.publication_id = published.publication_id
    )
{%- else %}

),

own as (

    select distinct
        report.report,
        report.population,
        allowed.level_name,
        allowed.entity,
        report_level.position
    from {{ access }}.entity_access as allowed
    inner join viewer
        on allowed.role_name = viewer.role_name
    inner join {{ access_rows('dim_report', 'marts') }} as report
        on
            allowed.population = report.population
            and allowed.report in (report.report, '*')
    inner join {{ access_rows('catalogue_report_level', 'catalogue') }} as report_level
        on
            report.report = report_level.report
            and allowed.level_name = report_level.level_name
    where allowed.entity <> 'not attributed'

),

seen as (

    select
        report,
        population,
        level_name,
        entity
    from own

    union

    select
        own.report,
        own.population,
        parent.parent_level as level_name,
        parent.parent_entity as entity
    from own
    cross join {{ access_rows('run_context', 'reference') }} as run_context
    inner join {{ access_rows('entity_parent', 'levels') }} as parent
        on
            own.population = parent.population
            and own.level_name = parent.level_name
            and own.entity = parent.entity
            and run_context.as_of between parent.span_from and parent.span_to
    inner join {{ access_rows('catalogue_report_level', 'catalogue') }} as wider
        on
            own.report = wider.report
            and parent.parent_level = wider.level_name
            and own.position < wider.position

),

own_key as (

    select
        attributed.report,
        attributed.population,
        attributed.person_id,
        attributed.episode_id,
        attributed.measure_resolver,
        attributed.cohort_date
    from {{ access_rows('report_attribution', 'levels') }} as attributed
    inner join {{ access_rows('organisation_membership', 'levels') }} as membership
        on
            attributed.population = membership.population
            and attributed.organisation = membership.organisation
            and attributed.span_from = membership.span_from
    inner join own
        on
            attributed.report = own.report
            and attributed.population = own.population
            and membership.level_name = own.level_name
            and membership.entity = own.entity
    where attributed.is_chosen
{%- endif %}

)

select
    {% for column in columns -%}
        {% if column.name in relation.of_all_peers -%}
            case when shown.peers - count(shown.rate) over level_shown <> 1 then shown.{{ adapter.quote(column.name) }} end as {{ adapter.quote(column.name) }}
        {%- else -%}
            shown.{{ adapter.quote(column.name) }}
        {%- endif %}{{ ',\n    ' if not loop.last }}
    {%- endfor %}
from {{ access_rows(relation.name, relation.layer) }} as shown
where {{ relation.where }}
{%- if relation.of_all_peers %}
-- All peers of a level, less those that are shown, are one that is not: what follows from all of them is not shown then.
window level_shown as (
    partition by shown.report, shown.indicator, shown.period_kind, shown.period, shown.stratifier, shown.stratum, shown.level_name
)
{%- endif %}
{%- endmacro %}

{# What a query reads a relation from: the relation, or for a view of dbt its SQL. dbt drops a table that it has replaced, and
   with it the views over it: until the build reaches such a view, it is not there. #}
{% macro access_rows(name, layer='') -%}
    {%- set views = [] -%}
    {%- for node in graph.nodes.values() if node.name == name and node.resource_type == 'model' and node.config.materialized == 'view' -%}
        {%- do views.append(node) -%}
    {%- endfor -%}
    {%- if not views -%}{%- do return(access_place(name, layer)) -%}{%- endif -%}
    {%- set text = namespace(sql=modules.re.sub('\\{\\{\\s*config\\([^}]*\\)\\s*\\}\\}', '', views[0].raw_code)) -%}
    {%- for read in views[0].refs -%}
        {%- set text.sql = text.sql.replace("{{ ref('" ~ read.name ~ "') }}", access_rows(read.name)) -%}
    {%- endfor -%}
    {%- do return('(\n' ~ render(text.sql) | trim ~ '\n)') -%}
{%- endmacro %}
