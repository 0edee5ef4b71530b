{# Switches off what an engine is known to answer wrongly, whatever profile it is reached by; docs/decisions/0007 says what
   and why. Called at the start of every run, by `dbt show`, and by exports. Nothing is left in the database. #}
{% macro engine_guard() -%}
    {%- if execute -%} {%- do adapter.dispatch('engine_guard', 'measuremart')() -%} {%- endif -%}
{%- endmacro %}

{% macro default__engine_guard() -%}
{%- endmacro %}

{# The setting belongs to the whole DuckDB instance, so one statement reaches the connections of all threads. But each new
   connection runs the profile's own `settings` again: where they name optimizers, ours is added there, too. #}
{% macro duckdb__engine_guard() -%}
    {%- set wrong = 'top_n_window_elimination' -%}
    {%- set profile = adapter.config.credentials -%}
    {%- set settings = profile.settings if profile.settings is mapping else {} -%}
    {%- if profile.keep_open is false and 'disabled_optimizers' not in settings -%}
        {%- do exceptions.raise_compiler_error(
            "the profile says keep_open: false, so that settings of this run would be forgotten between models: add "
            ~ "settings: {disabled_optimizers: " ~ wrong ~ "} to it (docs/decisions/0007)"
        ) -%}
    {%- endif -%}
    {%- for name in settings if name | lower == 'disabled_optimizers' -%}
        {%- do settings.update({name: engine_guard_added(settings[name], wrong)}) -%}
    {%- endfor -%}
    {%- set current = run_query("select current_setting('disabled_optimizers')").rows[0][0] -%}
    {%- do run_query("set global disabled_optimizers = '" ~ engine_guard_added(current, wrong) ~ "'") -%}
{%- endmacro %}

{# A timestamp is read as its text in the session's time zone (to_day), and each statement runs the profile's settings again: so
   the profile has to say UTC, and nothing that is set here would last. #}
{% macro spark__engine_guard() -%}
    {%- set zone = run_query('select current_timezone()').rows[0][0] -%}
    {%- if zone not in ['UTC', 'Etc/UTC', 'Z', 'GMT'] -%}
        {%- do exceptions.raise_compiler_error(
            "the time zone of the Spark session is " ~ zone ~ ", in which a moment may be another day: add "
            ~ "spark.sql.session.timeZone: UTC to server_side_parameters of the profile"
        ) -%}
    {%- endif -%}
{%- endmacro %}

{# A list of optimizers, separated by commas, with one more. #}
{% macro engine_guard_added(listed, name) -%}
    {%- set names = (listed or '') | string | replace("'", "''") -%}
    {%- set split = names.split(',') | map('trim') | reject('equalto', '') | list -%}
    {{- (split if name in split else split + [name]) | join(',') -}}
{%- endmacro %}

{# dbt asks this for the SQL of `dbt show`, which no hook precedes. #}
{% macro get_show_sql(compiled_code, sql_header, limit) -%}
    {%- do engine_guard() -%}
    {%- if sql_header is not none %} {{ sql_header }} {% endif %}
    {{ get_limit_subquery_sql(compiled_code, limit) }}
{%- endmacro %}
