-- What these targets leave out, or cannot give to an episode of care, in the form of dropped_events.
with treatment as (

    select
        case when modality = 'drug' then 'tx_chemotherapy' else 'tx_radiotherapy' end as target_name,
        unattached_reason as reason
    from {{ ref('treatment_modality') }}
    where unattached_reason is not null

),

contradictory as (

    select
        case when modality = 'drug' then 'intent_sact' else 'intent_rt' end as target_name,
        'contradictory_intents' as reason
    from {{ ref('treatment_intent') }}
    where is_contradictory

),

dropped as (

    select
        target_name,
        reason
    from treatment

    union all

    select
        target_name,
        reason
    from contradictory

)

select
    'oncology' as pack,
    'target' as construct,
    target_name as definition,
    target_name,
    reason,
    cast(count(*) as bigint) as n_rows
from dropped
group by target_name, reason
