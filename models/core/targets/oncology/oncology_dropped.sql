-- What the targets leave out of the records, in the form of fct_dropped_event, which counts what has no episode.
with contradictory as (

    select
        case when modality = 'drug' then 'intent_sact' else 'intent_rt' end as target_name,
        concept_id
    from {{ ref('treatment_intent') }}
    where is_contradictory

)

select
    'oncology' as pack,
    'target' as construct,
    target_name as definition,
    target_name,
    'contradictory intents' as reason,
    cast(count(*) as bigint) as n_rows
from contradictory
group by target_name
