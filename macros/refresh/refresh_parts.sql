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

{# What the SQL of a table by person reads: `persons`, relations to ask about changed persons alone; `tables`, the tables with
   persons behind them; `views`, the views on the way; `contents`, relations without persons. `problem`: why it cannot be
   asked by person, or nothing. A relation of a kind that is not known here is a problem, so that the table is made whole. #}
{% macro refresh_parts(node) -%}
    {%- set parts = {'persons': [], 'tables': [], 'views': [], 'contents': [], 'problem': ''} -%}
    {%- set asked = refresh_without_notes(sql) -%}
    {%- for id in node['depends_on']['nodes'] -%}
        {%- set parent = graph.nodes.get(id) -%}
        {%- if parent is none -%}
            {%- do parts.update({'problem': 'reads a source'}) -%}
        {%- else -%}
            {%- set name = refresh_name(parent) -%}
            {%- if name in asked -%}
                {%- if 'person_id' in parent['columns'] -%}
                    {%- do parts['persons'].append({'name': name, 'identifier': parent['alias']}) -%}
                {%- endif -%}
                {%- do refresh_add_part(parts, parent, name) -%}
            {%- elif name not in sql -%}
                {%- do parts.update({'problem': 'a relation is named in another way'}) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if parts['persons'] | map(attribute='identifier') | unique | list | length < parts['persons'] | length -%}
        {%- do parts.update({'problem': 'two relations of one name'}) -%}
    {%- endif -%}
    {%- do return(parts) -%}
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
        {%- do parts['views'].append({'name': name, 'schema': parent['schema'], 'identifier': parent['alias']}) -%}
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
