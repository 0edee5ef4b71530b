{% set setting = 'as_of' if var('as_of') else 'demo_as_of' %}
{% set day = var('as_of') or (var('demo_as_of') if var('omop_source') == 'demo' else '') %}

select {{ day_literal(day, setting) if day else 'current_date' }} as as_of
