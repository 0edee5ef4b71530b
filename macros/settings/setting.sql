{# The value of a variable of a source, as text. The variables that a pack brings have their defaults here, as its pack.yml says
   them: dbt_project.yml names no pack. #}
{% macro setting(name) -%}
    {{ var(name, setting_default(name)) }}
{%- endmacro %}

{# Empty for a variable that is no pack's. #}
{% macro setting_default(name) -%}
    {{ {
        'e12_source': 'demo',
        'e12_database': '',
        'e12_schema': 'epilepsy12',
        'e12_files': '',
        'e12_files_delimiter': ',',
        'e12_files_encoding': 'utf-8',
        'e12_attribution': 'registered',
        'e12_exports': '',
    }.get(name, '') }}
{%- endmacro %}
