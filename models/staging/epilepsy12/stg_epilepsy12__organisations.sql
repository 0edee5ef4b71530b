with recorded as (

    select
        {{ e12_text('ods_code') }} as ods_code,
        {{ e12_text('name') }} as name,  -- noqa: RF04
        {{ e12_text('trust') }} as trust,
        {{ e12_text('local_health_board') }} as local_health_board,
        {{ e12_text('icb') }} as icb,
        {{ e12_text('nhs_england_region') }} as nhs_england_region,
        {{ e12_text('open_uk_network') }} as open_uk_network,
        {{ e12_text('country') }} as country
    from {{ e12_table('organisations') }}

)

select
    ods_code,
    name,
    trust,
    local_health_board,
    icb,
    nhs_england_region,
    open_uk_network,
    country
from recorded
