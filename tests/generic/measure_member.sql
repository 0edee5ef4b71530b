{# The one shape of every table of members (docs/semantics.md, 1 and 2.3), in one query. A row that fails says what is wrong.

   grain   person | episode | event | key: what measure_resolver is
   within  person | episode | none: what the event or key lies in; an event of a target with episodes lies within episode
   is_set  true: no two rows are equal (measures and all above them); false: a bag (subqueries) #}
{% test measure_member(model, grain, within='none', is_set=true) %}
    {%- set shape = [
        ('person_id', 'bigint'), ('episode_id', 'bigint'), ('measure_resolver', 'bigint'), ('measure_date', 'date')
    ] -%}
    {%- set problems = [] -%}

    {%- if grain not in ['person', 'episode', 'event', 'key'] or within not in ['person', 'episode', 'none'] -%}
        {%- do exceptions.raise_compiler_error('measure_member: no grain ' ~ grain ~ ' within ' ~ within) -%}
    {%- endif -%}

    {%- if execute -%}
        {%- set columns = adapter.get_columns_in_relation(model) -%}
        {%- if columns | length != 4 -%}
            {%- do problems.append('there are ' ~ columns | length ~ ' columns, should be 4') -%}
        {%- endif -%}
        {%- for column in columns[:4] -%}
            {%- set name, type = shape[loop.index0] -%}
            {%- set found = 'bigint' if column.dtype | lower in ['bigint', 'int8', 'long'] else column.dtype | lower -%}
            {%- if column.name | lower != name or found != type -%}
                {%- do problems.append(
                    'column ' ~ loop.index ~ ' is ' ~ column.name ~ ' ' ~ found ~ ', should be ' ~ name ~ ' ' ~ type
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}

    {%- if problems -%}
    {%- for problem in problems %}
    select '{{ problem }}' as problem
    {% if not loop.last %}union all{% endif -%}
    {%- endfor -%}

    {%- else %}
    with checked as (

        select
            person_id,
            episode_id,
            measure_resolver,
            measure_date,
            case
                when person_id is null then 'person_id is null'
                when measure_resolver is null then 'measure_resolver is null'
                {%- if grain == 'person' %}
                when measure_resolver <> person_id then 'grain person: measure_resolver is not person_id'
                {%- endif %}
                {%- if grain == 'episode' %}
                when episode_id is null or measure_resolver <> episode_id then 'grain episode: measure_resolver is not episode_id'
                {%- endif %}
                {%- if grain == 'person' or (within == 'person' and grain != 'episode') %}
                when episode_id is not null then 'the grain lies in no episode, yet episode_id is not null'
                {%- endif %}
            end as problem
        from {{ model }}

    )

    select
        problem,
        person_id,
        episode_id,
        measure_resolver,
        measure_date
    from checked
    where problem is not null
    {%- if is_set %}
    union all
    select
        'stands more than once in a set' as problem,
        person_id,
        episode_id,
        measure_resolver,
        measure_date
    from checked
    group by person_id, episode_id, measure_resolver, measure_date
    having count(*) > 1
    {%- endif %}
    {%- endif %}
{% endtest %}
