{# What `measuremart access` runs, on PostgreSQL (docs/decisions/0015). `task` is sql: print the statements, a line of JSON
   each; apply: run them, in one transaction; check: print who sees what, as each role. #}
{% macro access(task='check') -%}
    {%- if execute -%}
        {%- if target.type != 'postgres' -%}
            {%- do exceptions.raise_compiler_error('access is for PostgreSQL, not ' ~ target.type ~ ': whoever reads a file reads all of it') -%}
        {%- endif -%}
        {%- do check_settings() -%}
        {%- if task == 'check' -%}
            {%- do access_check() -%}
        {%- else -%}
            {%- set statements = access_statements() -%}
            {%- for statement in statements -%}{%- do print(tojson({'statement': statement})) -%}{%- endfor -%}
            {%- if task == 'apply' -%}{%- do run_query(statements | join(';\n')) -%}{%- endif -%}
            {%- do print(tojson({'end': statements | length})) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# A role of the variable access_roles: owner, team, clinician or public; nothing where the variable does not name it. #}
{% macro access_role(kind) -%}
    {%- do return(var('access_roles', {}).get(kind, '')) -%}
{%- endmacro %}

{# The schema and name of a relation, as the project says; of a layer that is not in this project, as it would be. #}
{% macro access_place(name, layer) -%}
    {%- set found = [] -%}
    {%- for node in graph.nodes.values() if node.name == name and node.resource_type in ['model', 'seed'] -%}
        {%- do found.append(node) -%}
    {%- endfor -%}
    {%- set schema = found[0].schema if found else generate_schema_name(layer, none) | trim -%}
    {%- do return(adapter.quote(schema) ~ '.' ~ adapter.quote(found[0].alias if found else name)) -%}
{%- endmacro %}

{# The schema of a layer, without quotes: of the relations in it where there are any. #}
{% macro access_schema_of(layer) -%}
    {%- set known = {'marts': 'dim_report', 'levels': 'entity_parent', 'evaluation': 'indicator_result', 'catalogue': 'catalogue_report_level', 'reference': 'run_context'} -%}
    {%- set relation = known.get(layer) -%}
    {%- do return(access_place(relation, layer).split('.')[0][1:-1] if relation else generate_schema_name(layer, none) | trim) -%}
{%- endmacro %}
