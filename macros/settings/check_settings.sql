{# Stops on a variable that is not of its kind, before anything is made of it: variables are data, never SQL. Each kind has a
   macro that gives what is wrong as a sentence, or nothing. Called wherever variables become SQL, and when a run starts. #}
{% macro check_settings() -%}
    {%- set problems = [] -%}
    {%- for name in ['omop_database', 'omop_schema', 'e12_database', 'e12_schema', 'opt_out_database', 'opt_out_schema', 'opt_out_table', 'access_schema'] -%}
        {%- do problems.append(name_problem(name) | trim) -%}
    {%- endfor -%}
    {%- for name in ['omop_files', 'e12_files', 'e12_exports'] -%}
        {%- do problems.append(path_problem(name) | trim) -%}
    {%- endfor -%}
    {%- for name in ['as_of', 'demo_as_of', 'opt_outs_until'] if var(name) is not none and var(name) | string != '' -%}
        {%- do day_literal(var(name), name) -%}
    {%- endfor -%}
    {%- do problems.append(purpose_problem() | trim) -%}
    {%- do problems.append(access_roles_problem() | trim) -%}
    {%- do problems.append(list_problem('access_team_layers', '[a-z][a-z0-9_]*', 'marts') | trim) -%}
    {%- do problems.append(list_problem('absent_tables', '[a-z_]+', 'device_exposure') | trim) -%}
    {%- do problems.append(list_problem('absent_columns', '[a-z_]+[.][a-z_]+', 'location.state') | trim) -%}
    {%- do problems.append(list_problem('demo_absent_columns', '[a-z_]+[.][a-z_]+', 'location.state') | trim) -%}
    {%- do problems.append(number_problem('financial_year_starts', 1, 12, 'a month') | trim) -%}
    {%- do problems.append(number_problem('stale_after_days', 1, 36500, 'a whole number of days') | trim) -%}
    {%- if var('vocabulary_checks') not in ['warn', 'error'] -%}
        {%- do problems.append("vocabulary_checks is '" ~ var('vocabulary_checks') ~ "'; it can be warn or error") -%}
    {%- endif -%}
    {%- if var('refresh') not in ['all', 'changed'] -%}
        {%- do problems.append("refresh is '" ~ var('refresh') ~ "'; it can be all or changed") -%}
    {%- elif var('refresh') == 'changed' and target.type not in ['duckdb', 'postgres'] -%}
        {%- do problems.append("refresh is 'changed', which only DuckDB and PostgreSQL can do") -%}
    {%- endif -%}
    {%- if var('omop_source_case') not in ['lower', 'upper'] -%}
        {%- do problems.append("omop_source_case is '" ~ var('omop_source_case') ~ "'; it can be lower or upper") -%}
    {%- endif -%}
    {%- if var('omop_time_zone') not in modules.pytz.all_timezones -%}
        {%- do problems.append(
            "omop_time_zone is '" ~ var('omop_time_zone') ~ "'; it is a time zone such as UTC or Australia/Sydney"
        ) -%}
    {%- endif -%}
    {%- set said = problems | reject('equalto', '') | list -%}
    {%- if said -%}{%- do exceptions.raise_compiler_error(said | join('; ')) -%}{%- endif -%}
{%- endmacro %}

{# A database, schema or table: it stands between quotes in SQL, so it holds none. #}
{% macro name_problem(name) -%}
    {%- set value = var(name, setting_default(name)) -%}
    {%- set may_be_empty = name in ['omop_database', 'e12_database', 'opt_out_database', 'opt_out_table'] -%}
    {%- if value is not string -%} {{ name }} is '{{ value }}'; it is a text
    {%- elif value == '' -%} {{ '' if may_be_empty else name ~ ' is empty; it names a schema' }}
    {%- elif not modules.re.match('[\\w][\\w .$@-]*\\Z', value) -%}
        {{ name }} is '{{ value }}'; it is a name of letters, digits and _ - . $ @, without quotes
    {%- endif -%}
{%- endmacro %}

{# A folder or address. Quotes in it are doubled where it becomes SQL; control characters have no place in one. #}
{% macro path_problem(name) -%}
    {%- set value = var(name, setting_default(name)) -%}
    {%- if value is not string -%} {{ name }} is '{{ value }}'; it is the path of a folder
    {%- elif value != '' and not modules.re.match('[^\\x00-\\x1f]+\\Z', value) -%}
        {{ name }} holds a line break or another character that no path has
    {%- endif -%}
{%- endmacro %}

{% macro list_problem(name, pattern, example) -%}
    {%- set value = var(name) -%}
    {%- if value is string or value is mapping or value is not iterable -%}
        {{ name }} is '{{ value }}'; it is a list, such as [{{ example }}]
    {%- else -%}
        {%- set wrong = [] -%}
        {%- for one in value if not modules.re.match(pattern ~ '\\Z', one | string) -%} {%- do wrong.append(one) -%} {%- endfor -%}
        {%- if wrong -%} {{ name }} holds '{{ wrong[0] }}'; it lists names such as {{ example }} {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro number_problem(name, least, greatest, what) -%}
    {%- set value = var(name) -%}
    {%- if value is not integer or value < least or value > greatest -%}
        {{ name }} is '{{ value }}'; it is {{ what }}, {{ least }} to {{ greatest }}
    {%- endif -%}
{%- endmacro %}

{# Purposes are compared with a lower-case text; any and an empty one stand for all purposes. #}
{% macro purpose_problem() -%}
    {%- set wrong = list_problem('purposes', '[a-z][a-z0-9 _-]*', 'audit') | trim -%}
    {%- if wrong -%} {{ wrong }}
    {%- elif 'any' in var('purposes') -%} purposes holds 'any', which already stands for all of them
    {%- elif var('purpose') not in var('purposes') -%}
        purpose is '{{ var('purpose') }}'; it can be one of purposes: {{ var('purposes') | join(', ') }}
    {%- endif -%}
{%- endmacro %}

{# What is wrong with the variable access_roles, or nothing. #}
{% macro access_roles_problem() -%}
    {%- set roles = var('access_roles', {}) -%}
    {%- if roles is not mapping -%} access_roles is '{{ roles }}'; it names roles, such as {owner: measuremart_gate, clinician: clinicians}
    {%- else -%}
        {%- set names = roles.values() | list -%}
        {%- for kind, name in roles.items() -%}
            {%- if kind not in ['owner', 'team', 'clinician', 'public'] -%} access_roles names '{{ kind }}'; it can name owner, team, clinician and public
            {%- elif name is not string or not modules.re.match('[a-z_][a-z0-9_]{0,62}\\Z', name) or name in ['public', 'none'] or name.startswith('pg_') -%}
                access_roles says '{{ name }}' for {{ kind }}; a role is a name of small letters, digits and _
            {%- endif -%}
        {%- endfor -%}
        {%- if names and not roles.get('owner') -%} access_roles names no owner; the owner is the role without a login that reads the marts for others
        {%- elif names | unique | list | length != names | length -%} access_roles names one role twice; each kind is a role of its own
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
