{# Adds to a list (model, target, tags of the model) of each model by hand that reads a reduced target: a model that reads
   asked_concept. What is generated is in the demand itself; a model that reads asked_concept, too, knows what is left out. #}
{% macro add_readers_of_reduced_targets(readers) -%}
    {%- set models = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') | list if execute else [] -%}
    {%- set reduced = {} -%}
    {%- for model in models -%}
        {%- for parent in model.depends_on.nodes if parent.split('.')[-1] == 'asked_concept' -%}
            {%- do reduced.update({model.unique_id: model.name}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for model in models if not model.config.meta.get('kind') and model.unique_id not in reduced -%}
        {%- for parent in model.depends_on.nodes if parent in reduced -%}
            {%- do readers.append((model.name, reduced[parent], model.tags)) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}
