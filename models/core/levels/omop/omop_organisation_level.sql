-- Care sites, and the city, county and state that they lie in: levels of OMOP. All together are level national: the
-- persons without a care site are not among them, and stand beside them as not attributed.
with

care_site as (

    select distinct
        care_site_id,
        care_site_name,
        location_id
    from {{ ref('stg_omop__care_site') }}
    where care_site_id is not null

),

place as (

    select distinct
        location_id,
        city,
        county,
        state
    from {{ ref('stg_omop__location') }}
    where location_id is not null

),

located as (

    select
        {{ to_text('care_site.care_site_id') }} as organisation,
        care_site.care_site_name,
        place.city,
        place.county,
        place.state
    from care_site
    left join place
        on care_site.location_id = place.location_id

),

belongs as (

    select
        organisation,
        'care_site' as level_name,
        organisation as entity,
        min(coalesce(care_site_name, organisation)) as title
    from located
    group by organisation
    union
    select
        organisation,
        'city' as level_name,
        city as entity,
        city as title
    from located
    union
    select
        organisation,
        'county' as level_name,
        county as entity,
        county as title
    from located
    union
    select
        organisation,
        'state' as level_name,
        state as entity,
        state as title
    from located
    union
    select
        organisation,
        'national' as level_name,
        'all' as entity,
        'All persons with a care site' as title
    from located

)

select
    organisation,
    level_name,
    entity,
    title
from belongs
where
    entity is not null
    and trim(entity) <> ''
