-- Models by hand that read a target which holds only the events that some definition asks about, where no pack.yml says
-- what they read: the events that they need may be missing. Such a target is a model that reads asked_concept.
-- depends_on: {{ ref('asked_concept') }}
{% set readers = [] %}
{% do add_readers_of_reduced_targets(readers) %}

with

reader as (

    {% for name, target, tags in readers %}
        {% for tag in tags or [''] %}
            select
                '{{ name }}' as model_name,
                '{{ target }}' as target_model,
                '{{ tag }}' as pack

            union all

        {% endfor %}
    {% endfor %}
    -- no rows: the shape where there is no such model
    select
        'none' as model_name,
        'none' as target_model,
        'none' as pack
    where 1 = 0

),

declared as (

    select distinct
        reader.model_name,
        reader.target_model
    from reader
    inner join {{ ref('catalogue_target_demand') }} as demand
        on
            reader.pack = demand.pack
            and reader.target_model = demand.target_model
    where demand.construct = 'pack'

)

select distinct
    reader.model_name,
    reader.target_model
from reader
left join declared
    on
        reader.model_name = declared.model_name
        and reader.target_model = declared.target_model
where declared.model_name is null
