-- The care site of each visit, and that of the provider who was seen, for its days. What a visit without an end holds
-- is for the rule of attribution to say (missing_end in definitions/omop/populations.yml).
with

visit as (

    select
        person_id,
        care_site_id,
        provider_id,
        visit_start_date,
        visit_end_date
    from {{ ref('stg_omop__visit_occurrence') }}
    where
        person_id is not null
        and visit_start_date is not null

),

provider as (

    select
        provider_id,
        min(care_site_id) as care_site_id
    from {{ ref('stg_omop__provider') }}
    where provider_id is not null
    group by provider_id

)

select
    visit.person_id,
    {{ to_text('visit.care_site_id') }} as care_site,
    {{ to_text('provider.care_site_id') }} as provider_care_site,
    visit.visit_start_date as start_date,
    visit.visit_end_date as end_date
from visit
left join provider
    on visit.provider_id = provider.provider_id
where visit.visit_end_date is null or visit.visit_start_date <= visit.visit_end_date
