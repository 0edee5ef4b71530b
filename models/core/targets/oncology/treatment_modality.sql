with run_context as (

    select as_of
    from {{ ref('run_context') }}

),

treatment_event as (

    select
        person_id,
        treatment_id,
        event_table,
        event_id
    from {{ ref('treatment_event') }}

),

lineage as (

    select
        episode_lineage.person_id,
        episode_lineage.episode_id,
        episode_lineage.root_episode_id,
        episode_lineage.nested_episode_id,
        episode_lineage.episode_concept_id,
        episode_lineage.episode_object_concept_id,
        episode_lineage.episode_type_concept_id,
        episode_lineage.episode_number,
        episode_lineage.episode_start_date,
        episode_lineage.episode_end_date,
        operation_kind.concept_id is not null as is_operation
    from {{ ref('episode_lineage') }} as episode_lineage
    left join {{ ref('concept_set_concept') }} as operation_kind
        on
            episode_lineage.episode_concept_id = operation_kind.concept_id
            and operation_kind.concept_set = 'surgical_episodes'
    where episode_lineage.kind = 'treatment'

),

-- A missing end is the last day of the supply, else the day itself (docs/semantics.md, 2.2); what starts after as_of is
-- not seen.
drug as (

    select
        drug_exposure.person_id,
        drug_exposure.drug_exposure_id as event_id,
        drug_exposure.drug_exposure_start_date as start_date,
        coalesce(
            drug_exposure.drug_exposure_end_date,
            case
                when drug_exposure.days_supply >= 1
                    then {{ add_interval(
                        'drug_exposure.drug_exposure_start_date',
                        0,
                        'cast(floor(least(drug_exposure.days_supply, 36500)) as integer) - 1'
                    ) }}
            end,
            drug_exposure.drug_exposure_start_date
        ) as end_date
    from {{ ref('stg_omop__drug_exposure') }} as drug_exposure
    cross join run_context
    where
        drug_exposure.drug_exposure_start_date is null
        or drug_exposure.drug_exposure_start_date <= run_context.as_of

),

ray as (

    select
        procedure_occurrence.person_id,
        procedure_occurrence.procedure_occurrence_id as event_id,
        procedure_occurrence.procedure_date as start_date,
        coalesce(procedure_occurrence.procedure_end_date, procedure_occurrence.procedure_date) as end_date
    from {{ ref('stg_omop__procedure_occurrence') }} as procedure_occurrence
    inner join {{ ref('concept_set_concept') }} as wanted
        on
            procedure_occurrence.procedure_concept_id = wanted.concept_id
            and wanted.concept_set = 'radiotherapy_procedures'
    cross join run_context
    where
        procedure_occurrence.procedure_date is null
        or procedure_occurrence.procedure_date <= run_context.as_of

),

given as (

    select
        treatment_event.person_id,
        treatment_event.treatment_id,
        'drug' as modality,
        drug.start_date,
        drug.end_date
    from treatment_event
    inner join drug
        on
            treatment_event.person_id = drug.person_id
            and treatment_event.event_id = drug.event_id
    where treatment_event.event_table = 'drug_exposure'

    union all

    select
        treatment_event.person_id,
        treatment_event.treatment_id,
        'radiotherapy' as modality,
        ray.start_date,
        ray.end_date
    from treatment_event
    inner join ray
        on
            treatment_event.person_id = ray.person_id
            and treatment_event.event_id = ray.event_id
    where treatment_event.event_table = 'procedure_occurrence'

),

span as (

    select
        person_id,
        treatment_id,
        modality,
        min(start_date) as first_date,
        max(end_date) as last_date
    from given
    group by person_id, treatment_id, modality

)

select
    span.person_id,
    case
        when lineage.nested_episode_id is null or {{ 'true' if var('credit_nested_to_root') else 'false' }}
            then lineage.root_episode_id
    end as episode_id,
    lineage.nested_episode_id as nested_id,
    span.treatment_id,
    span.modality,
    coalesce(span.first_date, lineage.episode_start_date) as start_date,
    coalesce(span.last_date, lineage.episode_end_date) as end_date,
    lineage.episode_object_concept_id as concept_id,
    lineage.episode_concept_id as kind_id,
    lineage.episode_type_concept_id as type_id,
    cast(lineage.episode_number as numeric(38, 10)) as value_number,
    case
        when lineage.root_episode_id is null then 'no_parent_episode'
        when lineage.nested_episode_id is not null and not {{ 'true' if var('credit_nested_to_root') else 'false' }}
            then 'nested_not_credited'
    end as unattached_reason
from span
inner join lineage
    on
        span.person_id = lineage.person_id
        and span.treatment_id = lineage.episode_id
-- Drugs of an operation, such as those of its anaesthesia, are no therapy of their own.
where span.modality = 'radiotherapy' or not lineage.is_operation
