{# The one shape of members (docs/semantics.md, 1 and 2.3), in one query: of one table, or of a union of many, for which
   one query costs a hundredth of a query each. A row that fails says what is wrong, in a union of which definition,
   and of how many rows; never of whom.

   Of one table:
   grain   person | episode | event | key: what measure_resolver is
   within  person | episode | none: what the event or key lies in; an event of a target with episodes lies within episode

   Of a union, whose rows say both in the columns grain and lies_within; contracts hold the columns of its parts:
   named   the column that names the definition
   date    its column for measure_date

   is_set  true: no two rows are equal (measures and all above them); false: a bag (subqueries) #}
{% test measure_member(model, grain=none, within='none', named=none, date='measure_date', is_set=true) %}
    {%- set shape = [
        ('person_id', 'bigint'), ('episode_id', 'bigint'), ('measure_resolver', 'bigint'), ('measure_date', 'date')
    ] -%}
    {%- set problems = [] -%}

    {%- if named is none and (
        grain not in ['person', 'episode', 'event', 'key'] or within not in ['person', 'episode', 'none']
    ) -%}
        {%- do exceptions.raise_compiler_error('measure_member: no grain ' ~ grain ~ ' within ' ~ within) -%}
    {%- endif -%}

    {%- if execute and named is none -%}
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
    with member as (

        select
            {{ named if named is not none else "'" ~ (model.identifier | default('member')) ~ "'" }} as definition,
            {{ 'grain' if named is not none else "'" ~ grain ~ "'" }} as grain,
            {{ 'lies_within' if named is not none else "'" ~ within ~ "'" }} as lies_within,
            person_id,
            episode_id,
            measure_resolver,
            {{ date }} as measure_date
        from {{ model }}

    ),

    checked as (

        select
            definition,
            person_id,
            episode_id,
            measure_resolver,
            measure_date,
            case
                when person_id is null then 'person_id is null'
                when measure_resolver is null then 'measure_resolver is null'
                when grain is null or grain not in ('person', 'episode', 'event', 'key') then 'there is no such grain'
                when lies_within is null or lies_within not in ('person', 'episode', 'none')
                    then 'the grain cannot lie within that'
                when grain = 'person' and measure_resolver <> person_id
                    then 'grain person: measure_resolver is not person_id'
                when grain = 'episode' and (episode_id is null or measure_resolver <> episode_id)
                    then 'grain episode: measure_resolver is not episode_id'
                when (grain = 'person' or (lies_within = 'person' and grain <> 'episode')) and episode_id is not null
                    then 'the grain lies in no episode, yet episode_id is not null'
            end as problem
        from member

    )

    select
        problem,
        definition,
        count(*) as n_rows
    from checked
    where problem is not null
    group by problem, definition
    {%- if is_set %}
    union all
    select
        'stands more than once in a set' as problem,
        repeated.definition,
        sum(repeated.n_rows) as n_rows
    from (
        select
            definition,
            count(*) as n_rows
        from checked
        group by definition, person_id, episode_id, measure_resolver, measure_date
        having count(*) > 1
    ) as repeated
    group by repeated.definition
    {%- endif %}
    {%- endif %}
{% endtest %}
