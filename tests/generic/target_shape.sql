{# A target has the columns that rules read, each of the type of its role. The rows that fail name the columns. #}
{% test target_shape(
    model, person='person_id', event='event_id', keys=[], dates=[], concepts=[], numbers=[], texts=[], flags=[]
) %}
    {%- set types = {
        'bigint': ['bigint', 'int8', 'long'],
        'date': ['date'],
        'numeric': ['numeric', 'decimal'],
        'text': ['text', 'varchar', 'character varying', 'string'],
        'boolean': ['boolean', 'bool'],
    } -%}
    {%- set problems = [] -%}
    {%- if execute -%}
        {%- set found = {} -%}
        {%- for column in adapter.get_columns_in_relation(model) -%}
            {%- do found.update({column.name | lower: column.dtype | lower}) -%}
        {%- endfor -%}
        {%- for type, names in [
            ('bigint', [person, event] + keys + concepts),
            ('date', dates),
            ('numeric', numbers),
            ('text', texts),
            ('boolean', flags),
        ] -%}
            {%- for name in names -%}
                {%- if name not in found -%}
                    {%- do problems.append('column ' ~ name ~ ' is missing') -%}
                {%- elif found[name].split('(')[0] not in types[type] -%}
                    {%- do problems.append('column ' ~ name ~ ' is ' ~ found[name] ~ ', should be ' ~ type) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for problem in problems %}
    select '{{ problem }}' as problem
    {% if not loop.last %}union all{% endif -%}
    {%- else %}
    select cast(null as {{ dbt.type_string() }}) as problem
    from (select 1 as one) as no_problem
    where one = 0
    {%- endfor %}
{% endtest %}
