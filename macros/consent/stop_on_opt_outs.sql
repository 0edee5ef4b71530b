{# Stops where the list of opt-outs cannot be understood. Called when a run starts, so that `dbt run` and `dbt build` write nothing
   at all, neither what could hold a person nor anything beside it. Says counts and columns, never a cell. #}
{% macro stop_on_opt_outs() -%}
    {%- if execute and var('opt_out_table') and flags.WHICH in ('build', 'run', 'retry') -%}
        {%- set list = source('consent', 'opt_out') -%}
        {%- set problems = [opt_out_columns_problem(list) | trim] | reject('equalto', '') | list -%}
        {%- if not problems -%}
            {%- set known = opt_out_populations().split(' ') -%}
            {%- set found = run_query(opt_out_counts(list, known)).rows[0] -%}
            {%- for n, text in [
                (found[0], 'name no population'),
                (found[1], 'name a population that no definition has (known: ' ~ known | join(', ') ~ ')'),
                (found[2], 'name no person in person_id'),
                (found[3], 'have a person_id that is not a whole number'),
                (found[4], 'have an opted_out_on that is not a day such as 2026-06-30'),
            ] if n | int > 0 -%}
                {%- do problems.append(n | int ~ ' of ' ~ found[5] | int ~ ' rows ' ~ text) -%}
            {%- endfor -%}
        {%- endif -%}
        {%- if problems -%}
            {%- do exceptions.raise_compiler_error(
                'the list of opt-outs ' ~ var('opt_out_schema') ~ '.' ~ var('opt_out_table') ~ ' cannot be understood, so that '
                ~ 'nothing is built: ' ~ problems | join('; ') ~ '. See docs/how-to/honour-opt-outs.md'
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# What is wrong with the table that lists opt-outs: it is not there, or lacks a column. #}
{% macro opt_out_columns_problem(list) -%}
    {%- if not adapter.get_relation(database=list.database, schema=list.schema, identifier=list.identifier) -%}
        there is no such table: correct opt_out_table, opt_out_schema and opt_out_database
    {%- else -%}
        {%- set there = adapter.get_columns_in_relation(list) | map(attribute='name') | map('lower') | list -%}
        {%- set lacking = [] -%}
        {%- for column in ['population', 'person_id', 'purpose', 'opted_out_on'] if column not in there -%}
            {%- do lacking.append(column) -%}
        {%- endfor -%}
        {%- if lacking -%} it has no column {{ lacking | join(', ') }} {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# The populations that definitions of any pack name, and omop; separated by spaces. #}
{% macro opt_out_populations() -%}
    {%- set known = ['omop'] -%}
    {%- for node in graph.nodes.values() if node.name == 'population_persons' -%}
        {%- for name in modules.re.findall("'([a-z][a-z0-9_]*)' as population", node.raw_code) if name != 'none' and name not in known -%}
            {%- do known.append(name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- known | sort | join(' ') -}}
{%- endmacro %}

{# One row: rows without a population, of an unknown one, without a person, of an unreadable person, of an unreadable day, all. #}
{% macro opt_out_counts(list, known) -%}
    {%- set population = 'lower(trim(' ~ to_text('population') ~ '))' -%}
    {%- set person = 'trim(' ~ to_text('person_id') ~ ')' -%}
    {%- set day = 'trim(' ~ to_text('opted_out_on') ~ ')' -%}
    select
        coalesce(sum(case when coalesce({{ population }}, '') = '' then 1 else 0 end), 0),
        coalesce(sum(case
            when {{ population }} <> '' and {{ population }} not in ('{{ known | join("', '") }}') then 1 else 0
        end), 0),
        coalesce(sum(case when coalesce({{ person }}, '') = '' then 1 else 0 end), 0),
        coalesce(sum(case when {{ person }} <> '' and {{ opt_out_person() }} is null then 1 else 0 end), 0),
        coalesce(sum(case when {{ day }} <> '' and {{ to_day('opted_out_on') }} is null then 1 else 0 end), 0),
        count(*)
    from {{ list }}
{%- endmacro %}

{# The person of a row of the list; children of the audit have ids of any text, which become numbers as in its staging. #}
{% macro opt_out_person() -%}
    case
        when lower(trim({{ to_text('population') }})) = 'epilepsy12' then {{ text_id('person_id') }}
        else {{ to_bigint(to_text('person_id')) }}
    end
{%- endmacro %}
