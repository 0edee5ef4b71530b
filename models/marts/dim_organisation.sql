-- One row per organisation that gives care; of OMOP, per care site. Rows of one id are one organisation.
with

care_site as (

    select
        care_site_id,
        min(care_site_name) as care_site_name,
        min(place_of_service_concept_id) as place_of_service_concept_id
    from {{ ref('stg_omop__care_site') }}
    where care_site_id is not null
    group by care_site_id

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
        'omop' as population,
        care_site.care_site_id as organisation_id,
        care_site.care_site_name as organisation_name,
        concept.concept_name as kind
    from care_site
    left join concept
        on care_site.place_of_service_concept_id = concept.concept_id

)

select
    population || '.' || {{ to_text('organisation_id') }} as organisation_key,
    population,
    organisation_id,
    organisation_name,
    kind
from final
