with recorded as (

    select
        {{ omop_column('location', 'location_id', 'bigint') }},
        {{ omop_column('location', 'city', 'text') }},
        {{ omop_column('location', 'state', 'text') }},
        {{ omop_column('location', 'county', 'text') }},
        {{ omop_column('location', 'location_source_value', 'text') }},
        {{ omop_column('location', 'country_concept_id', 'bigint', since='5.4') }}
    from {{ omop_table('location') }}

)

select
    location_id,
    city,
    state,
    county,
    location_source_value,
    country_concept_id
from recorded
