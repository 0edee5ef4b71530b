with recorded as (

    select
        {{ omop_column('care_site', 'care_site_id', 'bigint') }},
        {{ omop_column('care_site', 'care_site_name', 'text') }},
        {{ omop_column('care_site', 'place_of_service_concept_id', 'bigint') }},
        {{ omop_column('care_site', 'location_id', 'bigint') }}
    from {{ omop_table('care_site') }}

)

select
    care_site_id,
    care_site_name,
    place_of_service_concept_id,
    location_id
from recorded
