{# The columns that staging reads from an OMOP table: a list of {column, name, other_name, kind, is_id}: the name in CDM 5.4, that
   in the source, that in the other version of the CDM if it differs, what it is read as, and whether it is an id of a record.
   They are found in the code of the staging model, so that nothing lists them twice. Absent ones are left out. #}
{% macro omop_columns(table) -%}
    {%- set found = {} -%}
    {%- set is_old = var('cdm_version') | string == '5.3' and var('omop_source') != 'demo' -%}
    {%- for node in (graph.nodes.values() if execute else []) | selectattr('name', 'equalto', 'stg_omop__' ~ table) -%}
        {%- for call, given in modules.re.findall("omop_(column|value|day)[(]\\s*'" ~ table ~ "',([^()]*)[)]", node.raw_code) -%}
            {%- set words = modules.re.findall("(?:^|,)\\s*'([^']*)'", given) -%}
            {%- set named = dict(modules.re.findall("([a-z]+)='([^']*)'", given)) -%}
            {%- for column in (words if call == 'day' else words[:1]) -%}
                {%- if omop_is_absent(table, column, named.get('since', '5.3')) != 'yes' -%}
                    {%- set former = named.get('formerly', '') -%}
                    {%- set name = omop_spelt(former if is_old and former else column) -%}
                    {%- set kind = 'day' if call == 'day' else words[1] -%}
                    {%- do found.update({name: {
                        'column': column, 'name': name, 'kind': kind,
                        'other_name': (column if is_old else former) if former else '',
                        'is_id': kind == 'bigint' and column.endswith('_id') and not column.endswith('concept_id')
                    }}) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do return(found.values() | list) -%}
{%- endmacro %}
