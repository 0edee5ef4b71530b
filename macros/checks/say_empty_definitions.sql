{# Warns of each definition that is empty although there is something to be in it, when a run has built the mart that lists
   them: a test of dbt says only how many. `results` is what dbt gives to a hook of on-run-end. Says names and counts. #}
{% macro say_empty_definitions(results) -%}
    {%- if execute -%}
        {%- for result in results if result.node.name == 'fct_empty_definition' and result.status | string == 'success' -%}
            {%- set found = run_query(
                'select kind, definition, reason, n_rows, remedy from ' ~ result.node.relation_name
                ~ ' order by kind, definition, reason'
            ).rows -%}
            {%- for kind, definition, reason, n_rows, remedy in found[:20] -%}
                {%- if reason == 'parts_do_not_meet' -%}
                    {%- set what = 'no members, although each of its parts has some' -%}
                {%- else -%}
                    {%- set what = 'all ' ~ n_rows | int ~ ' matching rows are dropped (' ~ reason | replace('_', ' ') ~ ')' -%}
                {%- endif -%}
                {%- do exceptions.warn(
                    'empty ' ~ kind | replace('_', ' ') ~ ' ' ~ definition ~ ': ' ~ what ~ '. ' ~ remedy
                ) -%}
            {%- endfor -%}
            {%- if found | length > 20 -%}
                {%- do exceptions.warn(
                    'empty definitions: ' ~ (found | length - 20) ~ ' more are in ' ~ result.node.relation_name
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
