{{ config(pre_hook="{{ e12_check_source() }}") }}

with recorded as (

    select
        {{ e12_code('ods_code') }} as ods_code,
        {{ e12_text('name') }} as name,  -- noqa: RF04
        {{ e12_code('trust') }} as trust,
        {{ e12_code('local_health_board') }} as local_health_board,
        {{ e12_code('icb') }} as icb,
        {{ e12_code('nhs_england_region') }} as nhs_england_region,
        {{ e12_code('open_uk_network') }} as open_uk_network,
        {{ e12_code('country') }} as country
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
