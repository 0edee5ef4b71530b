-- Which entity of each level an organisation belongs to, and when. Not a tree: an organisation may stand in several
-- entities of one level. The audit's table knows no dates, so that every row is valid always (both ends open).
with

nation as (

    select
        country,
        nation
    from {{ ref('epilepsy12_nation') }}

),

-- a country that is of the nation has one spelling, whatever its capitals in the source
organisation as (

    select
        listed.ods_code,
        listed.name,
        listed.trust,
        listed.local_health_board,
        listed.icb,
        listed.nhs_england_region,
        listed.open_uk_network,
        coalesce(nation.country, listed.country) as country,
        nation.nation
    from {{ ref('stg_epilepsy12__organisations') }} as listed
    left join nation
        on lower(listed.country) = lower(nation.country)
    where listed.ods_code is not null

),

belongs as (

    select
        ods_code as organisation,
        'organisation' as level_name,
        ods_code as entity,
        coalesce(name, ods_code) as title
    from organisation
    union
    select
        ods_code as organisation,
        'trust' as level_name,
        trust as entity,
        trust as title
    from organisation
    union
    select
        ods_code as organisation,
        'local_health_board' as level_name,
        local_health_board as entity,
        local_health_board as title
    from organisation
    union
    select
        ods_code as organisation,
        'icb' as level_name,
        icb as entity,
        icb as title
    from organisation
    union
    select
        ods_code as organisation,
        'nhs_england_region' as level_name,
        nhs_england_region as entity,
        nhs_england_region as title
    from organisation
    union
    select
        ods_code as organisation,
        'open_uk' as level_name,
        open_uk_network as entity,
        open_uk_network as title
    from organisation
    union
    select
        ods_code as organisation,
        'country' as level_name,
        country as entity,
        country as title
    from organisation
    union
    select
        ods_code as organisation,
        'national' as level_name,
        nation as entity,
        nation as title
    from organisation

)

select
    organisation,
    level_name,
    entity,
    title,
    cast(null as date) as valid_from,
    cast(null as date) as valid_to
from belongs
where entity is not null
