{# How staging casts a value of the audit to what it is read as: text, code, day, flag or whole. #}
{% macro e12_reading(expr, kind) -%}
    {%- if kind == 'day' -%} {{ e12_day(expr) }}
    {%- elif kind == 'flag' -%} {{ e12_flag(expr) }}
    {%- elif kind == 'whole' -%} {{ e12_whole(expr) }}
    {%- else -%} {{ e12_text(expr) }}
    {%- endif -%}
{%- endmacro %}

{# The columns that staging reads from a table of the audit, with what each is read as: a list of {name, kind}, found in the
   code of the staging model, so that nothing lists them twice. The order of entry is a column only where there is no file. #}
{% macro e12_columns(table) -%}
    {%- set found = [] -%}
    {%- for node in (graph.nodes.values() if execute else []) | selectattr('name', 'equalto', 'stg_epilepsy12__' ~ table) -%}
        {%- for call, name in modules.re.findall("(text_id|e12_[a-z]+)[(]'([a-z_0-9]+)'[)]", node.raw_code) if call != 'e12_table' -%}
            {%- do found.append({'name': name, 'kind': 'text' if call == 'text_id' else call.split('_')[1]}) -%}
        {%- endfor -%}
        {%- if "'entry_order')" in node.raw_code and setting('e12_source') != 'files' -%}
            {%- do found.append({'name': 'entry_order', 'kind': 'whole'}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do return(found) -%}
{%- endmacro %}
