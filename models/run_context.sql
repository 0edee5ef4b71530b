{% set as_of = var('as_of') or (var('demo_as_of') if var('omop_source') == 'demo' else '') %}

select
    {{ "cast('" ~ modules.datetime.date.fromisoformat(as_of | string) ~ "' as date)" if as_of else 'current_date' }} as as_of
