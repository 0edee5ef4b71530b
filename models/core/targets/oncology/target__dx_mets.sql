with run_context as (

    select as_of
    from {{ ref('run_context') }}

),

modifier as (

    select
        measurement.person_id,
        measurement.episode_id,
        measurement.nested_id,
        measurement.event_id,
        measurement.visit_id,
        measurement.start_date,
        measurement.concept_id,
        measurement.type_id,
        measurement.value_number,
        measurement.unit_id,
        measurement.value_concept_id,
        measurement.value_text,
        measurement.source_concept_id,
        measurement.source_value,
        measurement.unattached_reason
    from {{ ref('target__measurement') }} as measurement
    inner join {{ ref('concept_set_concept') }} as wanted
        on
            measurement.concept_id = wanted.concept_id
            and wanted.concept_set = 'metastasis_modifiers'

),

-- The condition that a measurement says something about, of the same person.
modified as (

    select distinct
        measurement.person_id,
        measurement.measurement_id as event_id,
        measurement.measurement_date as start_date,
        measurement.measurement_event_id as condition_id
    from {{ ref('stg_omop__measurement') }} as measurement
    inner join {{ ref('concept_set_concept') }} as wanted
        on
            measurement.measurement_concept_id = wanted.concept_id
            and wanted.concept_set = 'metastasis_modifiers'
    inner join {{ ref('event_field') }} as event_field
        on measurement.meas_event_field_concept_id = event_field.field_concept_id
    where event_field.event_table = 'condition_occurrence'

),

condition_episode as (

    select distinct
        condition_row.person_id,
        condition_row.event_id as condition_id,
        condition_row.episode_id,
        condition_row.nested_id
    from {{ ref('target__condition') }} as condition_row
    cross join run_context
    where
        (condition_row.episode_id is not null or condition_row.nested_id is not null)
        and (condition_row.start_date is null or condition_row.start_date <= run_context.as_of)

),

via_condition as (

    select distinct
        modified.person_id,
        modified.event_id,
        modified.start_date,
        condition_episode.episode_id,
        condition_episode.nested_id
    from modified
    inner join condition_episode
        on
            modified.person_id = condition_episode.person_id
            and modified.condition_id = condition_episode.condition_id

),

-- The modifier itself, whatever it is attached to: its links would otherwise multiply the episodes of its condition.
own as (

    select distinct
        person_id,
        event_id,
        visit_id,
        start_date,
        concept_id,
        type_id,
        value_number,
        unit_id,
        value_concept_id,
        value_text,
        source_concept_id,
        source_value
    from modifier

),

attached_by_condition as (

    select
        own.person_id,
        via_condition.episode_id,
        via_condition.nested_id,
        own.event_id,
        own.visit_id,
        own.start_date,
        own.concept_id,
        own.type_id,
        own.value_number,
        own.unit_id,
        own.value_concept_id,
        own.value_text,
        own.source_concept_id,
        own.source_value,
        case when via_condition.episode_id is null then 'nested_not_credited' end as unattached_reason
    from own
    inner join via_condition
        on
            own.person_id = via_condition.person_id
            and own.event_id = via_condition.event_id
            and own.start_date is not distinct from via_condition.start_date

),

attached_otherwise as (

    select
        modifier.person_id,
        modifier.episode_id,
        modifier.nested_id,
        modifier.event_id,
        modifier.visit_id,
        modifier.start_date,
        modifier.concept_id,
        modifier.type_id,
        modifier.value_number,
        modifier.unit_id,
        modifier.value_concept_id,
        modifier.value_text,
        modifier.source_concept_id,
        modifier.source_value,
        modifier.unattached_reason
    from modifier
    left join via_condition
        on
            modifier.person_id = via_condition.person_id
            and modifier.event_id = via_condition.event_id
            and modifier.start_date is not distinct from via_condition.start_date
    where via_condition.event_id is null

)

select
    person_id,
    episode_id,
    nested_id,
    event_id,
    visit_id,
    start_date,
    concept_id,
    type_id,
    value_number,
    unit_id,
    value_concept_id,
    value_text,
    source_concept_id,
    source_value,
    unattached_reason
from attached_by_condition

union all

select
    person_id,
    episode_id,
    nested_id,
    event_id,
    visit_id,
    start_date,
    concept_id,
    type_id,
    value_number,
    unit_id,
    value_concept_id,
    value_text,
    source_concept_id,
    source_value,
    unattached_reason
from attached_otherwise
