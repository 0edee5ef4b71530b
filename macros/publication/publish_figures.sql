{# What `measuremart publish` writes, in one transaction: all of a publication is there, or nothing. `hidden_*` of the environment
   hold the figures that are hidden in addition: `e17` hides both counts of figure 17, `m17` its second, `s17` and `t17` say of the
   first and the second, hidden for its size, that it may be of any size. `seen` is what was checked: where it has changed since,
   nothing is written. #}
{% macro publish_figures(audience, report, approver, published_at, version, seen, parts) %}
    {% if execute %}
        {% do adapter.dispatch('publication_begin', 'measuremart')() %}
        {% if publication_is_as_seen(audience, report, seen) | trim == 'yes' %}
            {% do publication_decisions(parts) %}
            {% set next = run_query('select coalesce(max(publication_id), 0) + 1 from ' ~ ref('pub_publication')).rows[0][0] | int %}
            {% do run_query(publication_rows(next, audience, report)) %}
            {% do run_query(publication_hidden_rows(next, audience, report)) %}
            {% do run_query(publication_definition_rows(next, audience, report)) %}
            {% do run_query(publication_row(next, audience, report, approver, published_at, version)) %}
            {% do run_query('drop table publication_decision') %}
            {% do run_query('commit') %}
            {% do print(tojson({'publication_id': next})) %}
        {% else %}
            {% do run_query('rollback') %}
            {% do print(tojson({'refused': 'the database changed while the publication was checked (another publication, or '
                ~ 'a build): nothing was published; run it again'})) %}
        {% endif %}
    {% endif %}
{% endmacro %}


{% macro retract_publication(audience, report, publication_id, retracted_by, retracted_at) %}
    {% if execute %}
        {% do adapter.dispatch('publication_begin', 'measuremart')() %}
        {% set id = publication_id | int %}
        {% set known = run_query(
            'select count(*) from ' ~ ref('pub_publication') ~ ' where publication_id = ' ~ id
            ~ ' and audience = ' ~ publication_text(audience) ~ ' and report = ' ~ publication_text(report)
        ).rows[0][0] | int %}
        {% set gone = run_query('select count(*) from ' ~ ref('pub_retraction') ~ ' where publication_id = ' ~ id).rows[0][0] | int %}
        {% if known and not gone %}
            {% do run_query(
                'insert into ' ~ ref('pub_retraction') ~ ' (publication_id, retracted_by, retracted_at) values (' ~ id ~ ', '
                ~ publication_text(retracted_by) ~ ', ' ~ publication_text(retracted_at) ~ ')'
            ) %}
            {% set kept = 'publication_id, indicator, period_kind, period, start_date, end_date, stratifier, stratum, level_name, '
                ~ 'entity, eligible, met' %}
            {% do run_query(
                'insert into ' ~ ref('publication_retracted') ~ ' (' ~ kept ~ ') select ' ~ kept ~ ' from ' ~ ref('pub_figure')
                ~ ' where publication_id = ' ~ id
            ) %}
            {% do run_query('delete from ' ~ ref('pub_figure') ~ ' where publication_id = ' ~ id) %}
            {% do run_query('commit') %}
            {% do print(tojson({'publication_id': id})) %}
        {% else %}
            {% do run_query('rollback') %}
            {% set why = 'was retracted before' if known else 'of report ' ~ report ~ ' to audience ' ~ audience ~ ' does not exist' %}
            {% do print(tojson({'refused': 'publication ' ~ id ~ ' ' ~ why ~ ': nothing was changed'})) %}
        {% endif %}
    {% endif %}
{% endmacro %}


{% macro default__publication_begin() %}
    {% do exceptions.raise_compiler_error('publish knows DuckDB and PostgreSQL, not ' ~ target.type) %}
{% endmacro %}


{% macro duckdb__publication_begin() %}
    {#- One process at a time opens the file: another one is refused by DuckDB itself. -#}
    {% do engine_guard() %}
    {% do run_query('begin transaction') %}
{% endmacro %}


{% macro postgres__publication_begin() %}
    {#- The lock comes before the first query, so that who waits for it sees what the other one has published. -#}
    {% do run_query('begin transaction isolation level repeatable read') %}
    {% do run_query('lock table ' ~ ref('pub_publication') ~ ' in exclusive mode') %}
{% endmacro %}


{# yes where what was attacked is what would be published: the candidates, and the publications before this one. #}
{% macro publication_is_as_seen(audience, report, seen) -%}
    {%- set found = run_query(publication_seen(audience, report)).rows[0] -%}
    {%- set same = [] -%}
    {%- for name in ['publications', 'figures', 'digest'] -%}
        {%- if found[loop.index0] | int == seen[name] | int -%} {%- do same.append(name) -%} {%- endif -%}
    {%- endfor -%}
    {{ 'yes' if same | length == 3 else 'no' }}
{%- endmacro %}


{# One row: how many publications and retractions there are, how many candidates, and a sum that changes with any of them. #}
{% macro publication_seen(audience, report) -%}
    select
        (select count(*) from {{ ref('pub_publication') }}) + (select count(*) from {{ ref('pub_retraction') }}) as publications,
        count(*) as figures,
        cast(coalesce(sum((figure_number % 1009 + 1) * (3 * eligible + met + 1)), 0) as bigint) as digest
    from {{ ref('publication_candidate') }}
    where audience = {{ publication_text(audience) }} and report = {{ publication_text(report) }}
{%- endmacro %}


{% macro publication_decisions(parts) %}
    {% do run_query('create temporary table publication_decision (figure_number bigint, decision varchar(1))') %}
    {% for number in range(parts) %}
        {% set rows = [] %}
        {% for word in env_var('MEASUREMART_HIDDEN_' ~ number).split(',') if word %}
            {% do rows.append('(' ~ word[1:] | int ~ ", '" ~ word[0] ~ "')") %}
        {% endfor %}
        {% for page in rows | batch(1000) %}
            {% do run_query('insert into publication_decision (figure_number, decision) values ' ~ page | join(', ')) %}
        {% endfor %}
    {% endfor %}
{% endmacro %}


{# A text as SQL writes it. #}
{% macro publication_text(text) -%} '{{ text | string | replace("'", "''") }}' {%- endmacro %}
