{% set sources = [var('omop_source')] + ([setting('e12_source')] if 'epilepsy12' in var('packs', []) else []) %}
{% set is_demo = sources | reject('equalto', 'demo') | list | length == 0 %}
{% set setting = 'as_of' if var('as_of') else 'demo_as_of' %}
{% set day = var('as_of') or (var('demo_as_of') if is_demo else '') %}

select {{ day_literal(day, setting) if day else 'current_date' }} as as_of
