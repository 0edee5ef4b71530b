-- The care site that a person's own row names: where they are registered.
select
    person_id,
    {{ to_text('care_site_id') }} as care_site
from {{ ref('stg_omop__person') }}
where
    person_id is not null
    and care_site_id is not null
