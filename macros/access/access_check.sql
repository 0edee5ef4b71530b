{# Prints who sees what, a line of JSON each, from the database: what each role counts when it asks, and what is wrong. #}
{% macro access_check() -%}
    {%- set schemas = access_schemas() -%}
    {%- set shown_schema, access_schema = generate_schema_name('shown', none) | trim, var('access_schema') -%}
    {%- set roles = var('access_roles') -%}
    {%- do print(tojson({'found': 'server', 'version': run_query("select current_setting('server_version')").rows[0][0]})) -%}
    {%- set problems = [] -%}
    {%- set has_list = run_query("select to_regclass('" ~ adapter.quote(access_schema) ~ ".entity_access') is not null and to_regclass('" ~ adapter.quote(access_schema) ~ ".audience_access') is not null").rows[0][0] -%}
    {%- if not roles.get('owner') -%}
        {%- do problems.append('the variable access_roles names no owner: measuremart gives nobody anything') -%}
    {%- elif not has_list -%}
        {%- do problems.append('there is no ' ~ access_schema ~ '.entity_access or no ' ~ access_schema ~ '.audience_access: run `measuremart access --apply`') -%}
    {%- endif -%}
    {#- Each role that is named, and each role that a list names: only roles that are there can ask. -#}
    {%- set asked = [] -%}
    {%- for kind in ['team', 'clinician', 'public'] if roles.get(kind) -%}{%- do asked.append(roles[kind]) -%}{%- endfor -%}
    {%- if has_list -%}
        {%- for row in run_query('select distinct role_name from (select role_name from ' ~ adapter.quote(access_schema) ~ '.entity_access union all select role_name from ' ~ adapter.quote(access_schema) ~ '.audience_access) as named where role_name is not null order by 1').rows if row[0] not in asked -%}
            {%- do asked.append(row[0]) -%}
        {%- endfor -%}
        {%- do access_list_problems(problems, access_schema) -%}
    {%- endif -%}
    {%- for role in asked -%}
        {%- set there = run_query("select rolname, pg_catalog.quote_ident(rolname), rolsuper, pg_catalog.pg_has_role(current_user, oid, 'MEMBER') from pg_catalog.pg_roles where rolname = " ~ access_literal(role)).rows -%}
        {%- if not there | length -%}
            {%- do problems.append("there is no role '" ~ role ~ "'") -%}
        {%- elif there[0][2] -%}
            {%- do problems.append("the role '" ~ role ~ "' is a superuser: it sees everything") -%}
        {%- elif not there[0][3] -%}
            {%- do problems.append("nobody can ask as the role '" ~ role ~ "': the profile's user is no member of it") -%}
        {%- else -%}
            {%- do access_ask(there[0][1], role, schemas) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do access_open(problems, schemas, shown_schema) -%}
    {%- for problem in problems | unique -%}{%- do print(tojson({'found': 'problem', 'said': problem})) -%}{%- endfor -%}
    {%- do print(tojson({'found': 'end'})) -%}
{%- endmacro %}

{# A text as a literal of PostgreSQL. #}
{% macro access_literal(text) -%}
    {%- do return("'" ~ text.replace("'", "''") ~ "'") -%}
{%- endmacro %}

{# The schemas of the project, of `shown` and of the lists, as a list of literals. #}
{% macro access_schemas() -%}
    {%- set found = [generate_schema_name('shown', none) | trim, generate_schema_name('publication', none) | trim, var('access_schema')] -%}
    {%- for node in graph.nodes.values() if node.resource_type in ['model', 'seed'] and node.schema not in found -%}
        {%- do found.append(node.schema) -%}
    {%- endfor -%}
    {%- set literals = [] -%}
    {%- for schema in found | sort -%}{%- do literals.append(access_literal(schema)) -%}{%- endfor -%}
    {%- do return(literals | join(', ')) -%}
{%- endmacro %}

{# What a role counts: rows of each relation that it may read, and entities where the relation has any. #}
{% macro access_ask(quoted, role, schemas) -%}
    {%- set readable = run_query("
        select
            class.oid::regclass::text,
            namespace.nspname || '.' || class.relname,
            bool_or(attribute.attname = 'entity') and bool_or(attribute.attname = 'level_name')
        from pg_catalog.pg_class as class
        inner join pg_catalog.pg_namespace as namespace on class.relnamespace = namespace.oid
        inner join pg_catalog.pg_attribute as attribute on class.oid = attribute.attrelid and attribute.attnum > 0
        where namespace.nspname in (" ~ schemas ~ ") and class.relkind in ('r', 'v', 'm', 'p', 'f')
            and has_schema_privilege(" ~ access_literal(role) ~ ", namespace.oid, 'USAGE')
            and has_table_privilege(" ~ access_literal(role) ~ ", class.oid, 'SELECT')
        group by 1, 2
        order by 2
    ").rows -%}
    {%- do run_query('set role ' ~ quoted) -%}
    {%- for row in readable -%}
        {%- set counted = run_query('select count(*), ' ~ ('count(distinct (level_name, entity))' if row[2] else 'null') ~ ' from ' ~ row[0]).rows[0] -%}
        {%- do print(tojson({
            'found': 'sight', 'role': role, 'relation': row[1], 'rows': counted[0] | int,
            'entities': none if counted[1] is none else counted[1] | int
        })) -%}
    {%- endfor -%}
    {%- do run_query('reset role') -%}
    {%- if not readable | length -%}{%- do print(tojson({'found': 'sight', 'role': role, 'relation': none, 'rows': 0, 'entities': none})) -%}{%- endif -%}
{%- endmacro %}

{# Rows of the lists that let nobody see anything: a mistake, since somebody meant them. #}
{% macro access_list_problems(problems, access_schema) -%}
    {%- set place = adapter.quote(access_schema) -%}
    {%- set nulls = run_query('select count(*) from ' ~ place ~ '.entity_access where role_name is null or report is null or population is null or level_name is null or entity is null').rows[0][0] -%}
    {%- if nulls -%}{%- do problems.append(access_schema ~ '.entity_access: ' ~ nulls ~ ' rows have an empty column, and let nobody see anything') -%}{%- endif -%}
    {%- set nulls = run_query('select count(*) from ' ~ place ~ '.audience_access where role_name is null or audience is null').rows[0][0] -%}
    {%- if nulls -%}{%- do problems.append(access_schema ~ '.audience_access: ' ~ nulls ~ ' rows have an empty column, and let nobody see anything') -%}{%- endif -%}
    {%- for row in run_query('
        select allowed.level_name, allowed.entity, count(*)
        from ' ~ place ~ '.entity_access as allowed
        where not exists (
            select 1
            from ' ~ access_place('dim_level_entity', 'marts') ~ ' as entity
            where entity.population = allowed.population and entity.level_name = allowed.level_name
                and entity.entity = allowed.entity and entity.entity <> \'not attributed\'
        ) and allowed.role_name is not null and allowed.report is not null and allowed.population is not null
            and allowed.level_name is not null and allowed.entity is not null
        group by 1, 2
        order by 1, 2
    ').rows -%}
        {%- do problems.append(access_schema ~ ".entity_access names the entity '" ~ row[1] ~ "' of level '" ~ row[0] ~ "', which is not there") -%}
    {%- endfor -%}
{%- endmacro %}

{# Rights on the project's relations, columns, functions and schemas that are more than `access --apply` gives. Owners of relations
   have all rights on them, as superusers have; members of such roles are named. #}
{% macro access_open(problems, schemas, shown_schema) -%}
    {%- set roles = var('access_roles') -%}
    {%- set gate, team = access_literal(roles.get('owner', '')), access_literal(roles.get('team', '')) -%}
    {%- set readers = access_literal(roles.get('clinician', '')) ~ ', ' ~ access_literal(roles.get('public', '')) -%}
    {%- set team_schemas = ["''"] -%}
    {%- for layer in var('access_team_layers') -%}{%- do team_schemas.append(access_literal(access_schema_of(layer))) -%}{%- endfor -%}
    {%- for row in run_query("
        with given as (
            select
                namespace.nspname, class.relname as thing, class.relowner as owner,
                (aclexplode(class.relacl)).*
            from pg_catalog.pg_class as class
            inner join pg_catalog.pg_namespace as namespace on class.relnamespace = namespace.oid
            where class.relkind in ('r', 'v', 'm', 'p', 'f')
            union all
            select
                namespace.nspname, class.relname || '.' || attribute.attname, class.relowner,
                (aclexplode(attribute.attacl)).*
            from pg_catalog.pg_attribute as attribute
            inner join pg_catalog.pg_class as class on attribute.attrelid = class.oid
            inner join pg_catalog.pg_namespace as namespace on class.relnamespace = namespace.oid
            where attribute.attacl is not null
            union all
            select
                namespace.nspname, function.proname || '()', function.proowner,
                (aclexplode(coalesce(function.proacl, acldefault('f', function.proowner)))).*
            from pg_catalog.pg_proc as function
            inner join pg_catalog.pg_namespace as namespace on function.pronamespace = namespace.oid
            union all
            select nspname, 'the schema', nspowner, (aclexplode(nspacl)).*
            from pg_catalog.pg_namespace
        ),
        named as (
            select nspname, thing, privilege_type, coalesce(roles.rolname, 'PUBLIC') as role_name
            from given
            left join pg_catalog.pg_roles as roles on given.grantee = roles.oid
            where nspname in (" ~ schemas ~ ") and given.grantee <> given.owner
        )
        select role_name, nspname, min(thing), count(distinct thing)
        from named
        where not (role_name = " ~ gate ~ " and privilege_type in ('SELECT', 'USAGE', 'EXECUTE'))
            and not (role_name = " ~ team ~ " and nspname in (" ~ team_schemas | join(', ') ~ ") and privilege_type in ('SELECT', 'USAGE'))
            and not (
                role_name in (" ~ readers ~ ") and nspname = " ~ access_literal(shown_schema) ~ "
                and privilege_type in ('SELECT', 'USAGE', 'EXECUTE')
            )
        group by 1, 2
        order by 1, 2
    ").rows -%}
        {%- set more = row[3] | int - 1 -%}
        {%- do problems.append(
            ('everybody' if row[0] == 'PUBLIC' else "the role '" ~ row[0] ~ "'") ~ ' has a right on ' ~ row[1] ~ ': ' ~ row[2]
            ~ (' and ' ~ more ~ ' more' if more else '') ~ ', which measuremart did not give'
        ) -%}
    {%- endfor -%}
    {#- What is shown must be ours: each view over a function of the gate, each function with its own search path. -#}
    {%- set wanted = [] -%}
    {%- for relation in access_shown() -%}{%- do wanted.append(access_literal(relation.name)) -%}{%- endfor -%}
    {%- for row in run_query("
        select class.relname
        from pg_catalog.pg_class as class
        inner join pg_catalog.pg_namespace as namespace on class.relnamespace = namespace.oid
        where namespace.nspname = " ~ access_literal(shown_schema) ~ " and class.relkind in ('r', 'v', 'm', 'p', 'f')
            and (
                class.relname not in (" ~ wanted | join(', ') ~ ")
                or class.relkind <> 'v'
                or pg_get_viewdef(class.oid) not like '%FROM %rows_of_' || class.relname || '()%'
                or pg_get_userbyid(class.relowner) <> " ~ gate ~ "
            )
        order by 1
    ").rows -%}
        {%- do problems.append(shown_schema ~ '.' ~ row[0] ~ ' is not as measuremart makes it: run `measuremart access --apply`') -%}
    {%- endfor -%}
    {%- do access_old(problems, shown_schema) -%}
    {%- if roles.get('owner') -%}
        {%- for row in run_query("
            select members.rolname
            from pg_catalog.pg_roles as members
            where not members.rolsuper and members.rolname not in (" ~ gate ~ ", current_user)
                and exists (select 1 from pg_catalog.pg_roles where rolname = " ~ gate ~ ")
                and pg_has_role(members.oid, (select oid from pg_catalog.pg_roles where rolname = " ~ gate ~ "), 'MEMBER')
            order by 1
        ").rows -%}
            {%- do problems.append("the role '" ~ row[0] ~ "' is a member of " ~ roles.owner ~ ', so that it reads every mart') -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for row in run_query("
        select rolname
        from pg_catalog.pg_roles
        where not rolsuper and rolcanlogin and pg_has_role(oid, 'pg_read_all_data', 'MEMBER')
        order by 1
    ").rows if (run_query('show server_version_num').rows[0][0] | int) >= 140000 -%}
        {%- do problems.append("the login '" ~ row[0] ~ "' is a member of pg_read_all_data: it sees everything") -%}
    {%- endfor -%}
{%- endmacro %}

{# Functions that are not what this version and this project would make: of another version, or changed by somebody. #}
{% macro access_old(problems, shown_schema) -%}
    {%- if access_role('owner') -%}
        {%- set shown = access_shown() -%}
        {%- set columns = access_columns(shown | map(attribute='place') | list) -%}
        {%- set there = {} -%}
        {%- for row in run_query("select proname, prosrc, prosecdef and pg_get_userbyid(proowner) = " ~ access_literal(access_role('owner')) ~ " and proconfig = array['search_path=pg_catalog, pg_temp'] from pg_catalog.pg_proc where pronamespace = (select oid from pg_catalog.pg_namespace where nspname = " ~ access_literal(shown_schema) ~ ")").rows -%}
            {%- do there.update({row[0]: row[1] if row[2] else ''}) -%}
        {%- endfor -%}
        {%- for relation in shown if columns[relation.place] -%}
            {%- set given = columns[relation.place] | rejectattr('name', 'equalto', 'approver') | list -%}
            {%- if there.get('rows_of_' ~ relation.name) != access_body(relation, given) -%}
                {%- do problems.append(shown_schema ~ '.' ~ relation.name ~ ' is not as measuremart makes it: run `measuremart access --apply`') -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
