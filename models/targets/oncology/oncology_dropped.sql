with contradictory as (

    select
        case when modality = 'drug' then 'intent_sact' else 'intent_rt' end as target_name,
        treatment_id
    from {{ ref('treatment_intent') }}
    where is_contradictory

)

select
    'target' as construct,
    target_name as definition,
    target_name,
    'contradictory intents on one treatment' as reason,
    cast(count(*) as bigint) as n_rows
from contradictory
group by target_name
