with recorded as (

    select
        {{ omop_column('provider', 'provider_id', 'bigint') }},
        {{ omop_column('provider', 'specialty_concept_id', 'bigint') }},
        {{ omop_column('provider', 'care_site_id', 'bigint') }}
    from {{ omop_table('provider') }}

)

select
    provider_id,
    specialty_concept_id,
    care_site_id
from recorded
