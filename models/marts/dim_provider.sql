-- One row per provider of care, without names. Rows of one id are one provider.
with

provider as (

    select
        'omop' as population,
        provider_id,
        min(specialty_concept_id) as specialty_concept_id,
        min(care_site_id) as care_site_id
    from {{ ref('stg_omop__provider') }}
    where provider_id is not null
    group by provider_id

),

-- A vocabulary may repeat a concept; a dimension may not repeat its rows.
concept as (

    select
        concept_id,
        min(concept_name) as concept_name
    from {{ ref('stg_omop__concept') }}
    where concept_id <> 0
    group by concept_id

),

final as (

    select
        provider.population || '.' || {{ to_text('provider.provider_id') }} as provider_key,
        provider.population,
        provider.provider_id,
        provider.specialty_concept_id,
        concept.concept_name as specialty,
        provider.population || '.' || {{ to_text('provider.care_site_id') }} as organisation_key
    from provider
    left join concept
        on provider.specialty_concept_id = concept.concept_id

)

select
    provider_key,
    population,
    provider_id,
    specialty_concept_id,
    specialty,
    organisation_key
from final
