{# How a table is refreshed: by_person, where its SQL keeps persons apart (no row of it is made of rows of two persons;
   tests/unit/test_refreshed_by_person.py reads the generated SQL); whole, where it holds persons and may mix them; or
   nothing, where no table by person may read it. #}
{% macro refresh_kind(node) -%}
    {%- set layers = ['matches', 'measures', 'indicators', 'cohorts', 'reports'] -%}
    {%- set is_generated = layers | select('in', node['tags']) | list | length > 0
        and modules.re.match('(match|recorded|measure|indicator|cohort|report|evidence)__', node['name']) is not none
        and not node['name'].endswith('__dataset') -%}
    {%- if node['language'] != 'sql' or 'person_id' not in node['columns'] -%}
        {%- do return('') -%}
    {%- elif is_generated or (node['name'] == 'indicator_result' and node['package_name'] == 'measuremart') -%}
        {%- do return('by_person') -%}
    {%- elif node['config']['group'] == 'core' -%}
        {%- do return('whole') -%}
    {%- endif -%}
    {%- do return('') -%}
{%- endmacro %}

{# Whether a run notes down what changes in a table: tables by person, and what these read, through views or not. A table that
   only other tables of core read is made as ever. #}
{% macro refresh_is_noted(node) -%}
    {%- set kind = refresh_kind(node) -%}
    {%- if kind == 'whole' -%}
        {%- for reader in graph.nodes.values() if reader['resource_type'] == 'model' and node['unique_id'] in reader['depends_on']['nodes'] -%}
            {%- if refresh_kind(reader) == 'by_person' or (reader['config']['materialized'] == 'view' and 'person_id' in reader['columns']) -%}
                {%- do return(true) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- do return(kind == 'by_person') -%}
{%- endmacro %}

{# What the SQL of a table by person reads: `persons`, relations to ask about changed persons alone; `tables`, the tables with
   persons behind them; `views`, the views on the way; `contents`, relations without persons. `problem`: why it cannot be
   asked by person, or nothing. A relation of a kind that is not known here is a problem, so that the table is made whole. #}
{% macro refresh_parts(node) -%}
    {%- set parts = {'persons': [], 'tables': [], 'views': [], 'contents': [], 'problem': '', 'as_of': none, 'dates': []} -%}
    {%- set asked = refresh_without_notes(sql) -%}
    {%- set date = refresh_date_of_as_of(asked) -%}
    {%- for id in node['depends_on']['nodes'] -%}
        {%- set parent = graph.nodes.get(id) -%}
        {%- if parent is none -%}
            {%- do parts.update({'problem': 'reads a source'}) -%}
        {%- else -%}
            {%- set name = refresh_name(parent) -%}
            {%- if name in asked -%}
                {%- if 'person_id' in parent['columns'] -%}
                    {%- do parts['persons'].append({'name': name, 'identifier': parent['alias']}) -%}
                    {%- if date in parent['columns'] -%} {%- do parts['dates'].append({'name': name, 'column': date}) -%} {%- endif -%}
                {%- endif -%}
                {%- if parent['name'] == 'run_context' and date -%}
                    {%- do parts.update({'as_of': name}) -%}
                {%- else -%}
                    {%- do refresh_add_part(parts, parent, name) -%}
                {%- endif -%}
            {%- elif name not in sql -%}
                {%- do parts.update({'problem': 'a relation is named in another way'}) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if parts['persons'] | map(attribute='identifier') | unique | list | length < parts['persons'] | length -%}
        {%- do parts.update({'problem': 'two relations of one name'}) -%}
    {%- elif parts['as_of'] and not parts['dates'] -%}
        {%- do parts.update({'problem': 'as_of is compared with a date that cannot be found'}) -%}
    {%- endif -%}
    {%- do return(parts) -%}
{%- endmacro %}

{# Another day as_of changes the rows of few persons where SQL does nothing with it but compare it with a date as it is read.
   The column of that date in what is read, where it is so; nothing where as_of does more. #}
{% macro refresh_date_of_as_of(asked) -%}
    {%- set of_event = "when target_row.measure_date > run_context.as_of then 'after_as_of'" -%}
    {%- set of_window = 'evidence.waits and evidence.window_end >= run_context.as_of as is_open,' -%}
    {%- set used = [] -%}
    {%- for line in asked.split('\n') if 'as_of' in line.split('--')[0] -%} {%- do used.append(line.strip()) -%} {%- endfor -%}
    {%- set compared = used | reject('equalto', 'select as_of') | list -%}
    {%- set dates = modules.re.findall('(?m)^ +cast\\((\\w+) as date\\) as measure_date,$', asked) -%}
    {%- if compared == [of_window] -%}
        {%- do return('window_end') -%}
    {%- elif compared == [of_event] and dates | length == 1 and modules.re.findall('as measure_date', asked) | length == 1 -%}
        {%- do return(dates[0]) -%}
    {%- endif -%}
    {%- do return('') -%}
{%- endmacro %}

{% macro refresh_add_part(parts, parent, name) -%}
    {%- set kind = 'seed' if parent['resource_type'] == 'seed' else parent['config']['materialized'] -%}
    {%- if kind not in ['seed', 'table', 'view'] -%}
        {%- do parts.update({'problem': 'reads something that is no table, view or seed'}) -%}
    {%- elif 'person_id' not in parent['columns'] -%}
        {%- if kind == 'view' and 'staging' not in parent['fqn'] -%}
            {%- do parts.update({'problem': 'reads a view that hides persons'}) -%}
        {%- elif name not in parts['contents'] -%}
            {%- do parts['contents'].append(name) -%}
        {%- endif -%}
    {%- elif kind == 'table' and refresh_kind(parent) -%}
        {%- if name not in parts['tables'] -%} {%- do parts['tables'].append(name) -%} {%- endif -%}
    {%- elif kind != 'view' -%}
        {%- do parts.update({'problem': 'reads persons whose changes nobody notes down'}) -%}
    {%- elif name not in parts['views'] | map(attribute='name') | list -%}
        {%- do parts['views'].append({'name': name, 'database': parent['database'], 'schema': parent['schema'], 'identifier': parent['alias']}) -%}
        {%- for id in parent['depends_on']['nodes'] -%}
            {%- set further = graph.nodes.get(id) -%}
            {%- if further is none -%}
                {%- do parts.update({'problem': 'reads a source'}) -%}
            {%- else -%}
                {%- do refresh_add_part(parts, further, refresh_name(further)) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{# A relation's name as ref() writes it. #}
{% macro refresh_name(node) -%}
    {%- do return(api.Relation.create(database=node['database'], schema=node['schema'], identifier=node['alias']) | string) -%}
{%- endmacro %}

{# SQL without the comments that only tell dbt an order: what they name is not read. #}
{% macro refresh_without_notes(text) -%}
    {%- set lines = [] -%}
    {%- for line in text.split('\n') if not line.strip().startswith('-- depends_on:') -%} {%- do lines.append(line) -%} {%- endfor -%}
    {%- do return(lines | join('\n')) -%}
{%- endmacro %}
