{# The columns that staging reads from an OMOP table, as the source names them, with what each is read as: a list of
   {name, kind}. They are found in the code of the staging model, so that nothing lists them twice. Absent ones are left out. #}
{% macro omop_columns(table) -%}
    {%- set columns = {} -%}
    {%- set is_old = var('cdm_version') | string == '5.3' and var('omop_source') != 'demo' -%}
    {%- for node in (graph.nodes.values() if execute else []) | selectattr('name', 'equalto', 'stg_omop__' ~ table) -%}
        {%- for call, given in modules.re.findall(
            "omop_(column|value|day)\(\s*'" ~ table ~ "'((?:,\s*(?:[a-z]+=)?'[^']*')+)", node.raw_code
        ) -%}
            {%- set words = modules.re.findall(",\s*'([^']*)'", given) -%}
            {%- set named = dict(modules.re.findall(",\s*([a-z]+)='([^']*)'", given)) -%}
            {%- for column in (words if call == 'day' else words[:1]) -%}
                {%- if omop_is_absent(table, column, named.get('since', '5.3')) != 'yes' -%}
                    {%- do columns.update({
                        named['formerly'] if is_old and 'formerly' in named else column: 'day' if call == 'day' else words[1]
                    }) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set found = [] -%}
    {%- for name, kind in columns.items() -%} {%- do found.append({'name': name, 'kind': kind}) -%} {%- endfor -%}
    {%- do return(found) -%}
{%- endmacro %}
