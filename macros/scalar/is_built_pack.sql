{# Whether a pack is among those that the variable `packs` builds. #}
{% macro is_built_pack(pack) -%}
    {{ pack }} in ('{{ var('packs') | map('string') | map('replace', "'", "''") | join("', '") }}')
{%- endmacro %}
