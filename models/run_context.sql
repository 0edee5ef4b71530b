{% set as_of = var('as_of') or (var('demo_as_of') if var('omop_source') == 'demo' else '') %}

select {{ "cast('" ~ as_of ~ "' as date)" if as_of else 'current_date' }} as as_of
