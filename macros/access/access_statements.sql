{# The statements that give access, in order, the first `begin` and the last `commit`. Names of roles come from the variable
   access_roles, columns from the database. The marts must be there. #}
{% macro access_statements() -%}
    {%- set owner, team = access_role('owner'), access_role('team') -%}
    {%- if not owner -%}{%- do exceptions.raise_compiler_error('the variable access_roles names no owner, so that nobody is given anything') -%}{%- endif -%}
    {%- set shown_schema = generate_schema_name('shown', none) | trim -%}
    {%- set shown, access, gate = adapter.quote(shown_schema), adapter.quote(var('access_schema')), adapter.quote(owner) -%}
    {%- set columns = access_columns(access_shown() | map(attribute='place') | list) -%}
    {%- set said = ['begin'] -%}
    {%- for kind, name in var('access_roles').items() -%}
        {%- do said.append("do $role$\nbegin\n    if not exists (select 1 from pg_catalog.pg_roles where rolname = '" ~ name ~ "') then\n        create role " ~ adapter.quote(name) ~ " nologin;\n    end if;\nend\n$role$") -%}
    {%- endfor -%}
    {#- Whoever gives a function to a role must be able to become it. -#}
    {%- do said.append("do $role$\nbegin\n    if not pg_catalog.pg_has_role(current_user, '" ~ owner ~ "', 'MEMBER') then\n        grant " ~ gate ~ " to current_user;\n    end if;\nend\n$role$") -%}
    {%- do said.append('create schema if not exists ' ~ access) -%}
    {%- do said.append('create table if not exists ' ~ access ~ '.entity_access (\n    role_name text,\n    report text,\n    population text,\n    level_name text,\n    entity text\n)') -%}
    {%- do said.append('create table if not exists ' ~ access ~ '.audience_access (\n    role_name text,\n    audience text\n)') -%}
    {%- do said.append('revoke all on schema ' ~ access ~ ' from public') -%}
    {%- do said.append('revoke all on all tables in schema ' ~ access ~ ' from public') -%}
    {%- do said.append('grant usage on schema ' ~ access ~ ' to ' ~ gate) -%}
    {%- do said.append('grant select on ' ~ access ~ '.entity_access, ' ~ access ~ '.audience_access to ' ~ gate) -%}
    {%- for layer in ['marts', 'evaluation', 'levels', 'catalogue', 'reference', 'publication'] -%}
        {%- do access_read(said, layer, owner) -%}
    {%- endfor -%}
    {%- if team -%}
        {%- for layer in var('access_team_layers') -%}{%- do access_read(said, layer, team) -%}{%- endfor -%}
    {%- endif -%}
    {%- do said.append('create schema if not exists ' ~ shown) -%}
    {%- do said.append('revoke all on schema ' ~ shown ~ ' from public') -%}
    {%- do said.append('grant usage, create on schema ' ~ shown ~ ' to ' ~ gate) -%}
    {#- All that is in the schema is ours. Made anew, it carries no right that was given before. -#}
    {%- for row in run_query("select format('drop view %I.%I', schemaname, viewname) from pg_catalog.pg_views where schemaname = '" ~ shown_schema ~ "' order by viewname").rows -%}
        {%- do said.append(row[0]) -%}
    {%- endfor -%}
    {%- for row in run_query("select format('drop function %s', oid::regprocedure) from pg_catalog.pg_proc where pronamespace = (select oid from pg_catalog.pg_namespace where nspname = '" ~ shown_schema ~ "') order by 1").rows -%}
        {%- do said.append(row[0]) -%}
    {%- endfor -%}
    {%- for kind in ['clinician', 'public'] if access_role(kind) -%}
        {%- do said.append('grant usage on schema ' ~ shown ~ ' to ' ~ adapter.quote(access_role(kind))) -%}
    {%- endfor -%}
    {%- for relation in access_shown() if columns[relation.place] -%}
        {%- set given = columns[relation.place] | rejectattr('name', 'equalto', 'approver') | list -%}
        {%- set rows, view = shown ~ '.' ~ adapter.quote('rows_of_' ~ relation.name), shown ~ '.' ~ adapter.quote(relation.name) -%}
        {%- set typed, names = [], [] -%}
        {%- for column in given -%}
            {%- do typed.append(adapter.quote(column.name) ~ ' ' ~ column.type) -%}
            {%- do names.append(adapter.quote(column.name)) -%}
        {%- endfor -%}
        {%- do said.append(
            'create function ' ~ rows ~ '() returns table (\n    ' ~ typed | join(',\n    ') ~ '\n)\nlanguage plpgsql volatile security definer'
            ~ '\nset search_path = pg_catalog, pg_temp\nas $rows$'
            ~ access_body(relation, given) ~ '$rows$'
        ) -%}
        {%- do said.append('revoke all on function ' ~ rows ~ '() from public') -%}
        {%- do said.append('alter function ' ~ rows ~ '() owner to ' ~ gate) -%}
        {%- do said.append('create view ' ~ view ~ ' with (security_barrier = true) as\nselect\n    ' ~ names | join(',\n    ') ~ '\nfrom ' ~ rows ~ '()') -%}
        {%- do said.append('alter view ' ~ view ~ ' owner to ' ~ gate) -%}
        {%- for kind in relation.kinds if access_role(kind) -%}
            {%- do said.append('grant execute on function ' ~ rows ~ '() to ' ~ adapter.quote(access_role(kind))) -%}
            {%- do said.append('grant select on ' ~ view ~ ' to ' ~ adapter.quote(access_role(kind))) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do said.append('revoke create on schema ' ~ shown ~ ' from ' ~ gate) -%}
    {%- do said.append('commit') -%}
    {%- do return(said) -%}
{%- endmacro %}

{# The body of the function of a relation. The query is text until it runs: PostgreSQL then looks up each name, so that it finds
   the table that a build has just put there, and nothing hangs on the one that the build drops. #}
{% macro access_body(relation, columns) -%}
    {%- do return('\nbegin\nreturn query execute $query$\n' ~ access_query(relation, columns) ~ '\n$query$;\nend\n') -%}
{%- endmacro %}

{# A role reads a layer: what is there, and what each role that builds there makes there later. A right that a schema gives by
   default is there from the moment in which a table is made, so that a table that a build replaces is never without it. #}
{% macro access_read(said, layer, role) -%}
    {%- set schema = access_schema_of(layer) -%}
    {%- set there = run_query("select nspowner::regrole::text from pg_catalog.pg_namespace where nspname = '" ~ schema ~ "'").rows -%}
    {%- if there | length -%}
        {%- set builders = run_query("select distinct relowner::regrole::text from pg_catalog.pg_class where relkind in ('r', 'v') and relnamespace = (select oid from pg_catalog.pg_namespace where nspname = '" ~ schema ~ "') order by 1").rows -%}
        {%- do said.append('grant usage on schema ' ~ adapter.quote(schema) ~ ' to ' ~ adapter.quote(role)) -%}
        {%- do said.append('grant select on all tables in schema ' ~ adapter.quote(schema) ~ ' to ' ~ adapter.quote(role)) -%}
        {%- for builder in builders -%}
            {%- do said.append(
                'alter default privileges for role ' ~ builder[0] ~ ' in schema ' ~ adapter.quote(schema)
                ~ ' grant select on tables to ' ~ adapter.quote(role)
            ) -%}
        {%- endfor -%}
    {%- elif layer == 'marts' -%}
        {%- do exceptions.raise_compiler_error('there is no schema ' ~ schema ~ ': build first') -%}
    {%- endif -%}
{%- endmacro %}

{# The columns of relations, by their places, with their types; a relation that is not there has none. #}
{% macro access_columns(places) -%}
    {%- set found = {} -%}
    {%- for place in places -%}
        {%- set columns = [] -%}
        {%- for row in run_query("select attname, format_type(atttypid, atttypmod) from pg_catalog.pg_attribute where attrelid = to_regclass('" ~ place ~ "') and attnum > 0 and not attisdropped order by attnum").rows -%}
            {%- do columns.append({'name': row[0], 'type': row[1]}) -%}
        {%- endfor -%}
        {%- do found.update({place: columns}) -%}
    {%- endfor -%}
    {%- do return(found) -%}
{%- endmacro %}
