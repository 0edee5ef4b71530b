with run_context as (

    select as_of
    from {{ ref('run_context') }}

),

intent_concept as (

    select
        concept_id,
        'drug' as modality,
        'cure' as aim
    from {{ ref('concept_set_concept') }}
    where concept_set = 'intent_cure_systemic'

    union all

    select
        concept_id,
        'drug' as modality,
        'palliate' as aim
    from {{ ref('concept_set_concept') }}
    where concept_set = 'intent_palliate_systemic'

    union all

    select
        concept_id,
        'radiotherapy' as modality,
        'cure' as aim
    from {{ ref('concept_set_concept') }}
    where concept_set = 'intent_cure_radiotherapy'

    union all

    select
        concept_id,
        'radiotherapy' as modality,
        'palliate' as aim
    from {{ ref('concept_set_concept') }}
    where concept_set = 'intent_palliate_radiotherapy'

),

event_field as (

    select
        field_concept_id,
        event_table
    from {{ ref('event_field') }}

),

measurement as (

    select
        recorded.measurement_id,
        recorded.person_id,
        recorded.measurement_concept_id,
        recorded.value_as_concept_id,
        recorded.measurement_event_id,
        recorded.meas_event_field_concept_id
    from {{ ref('stg_omop__measurement') }} as recorded
    cross join run_context
    where recorded.measurement_date is null or recorded.measurement_date <= run_context.as_of

),

observation as (

    select
        recorded.observation_id,
        recorded.person_id,
        recorded.observation_concept_id,
        recorded.value_as_concept_id,
        recorded.observation_event_id,
        recorded.obs_event_field_concept_id
    from {{ ref('stg_omop__observation') }} as recorded
    cross join run_context
    where recorded.observation_date is null or recorded.observation_date <= run_context.as_of

),

procedure_record as (

    select
        recorded.procedure_occurrence_id,
        recorded.person_id,
        recorded.procedure_concept_id,
        recorded.modifier_concept_id
    from {{ ref('stg_omop__procedure_occurrence') }} as recorded
    cross join run_context
    where recorded.procedure_date is null or recorded.procedure_date <= run_context.as_of

),

-- An intent stands as what was recorded, or as the answer to it.
record as (

    select
        'measurement' as event_table,
        person_id,
        measurement_id as event_id,
        measurement_concept_id as concept_id,
        meas_event_field_concept_id as modified_field_id,
        measurement_event_id as modified_id
    from measurement

    union all

    select
        'measurement' as event_table,
        person_id,
        measurement_id as event_id,
        value_as_concept_id as concept_id,
        meas_event_field_concept_id as modified_field_id,
        measurement_event_id as modified_id
    from measurement

    union all

    select
        'observation' as event_table,
        person_id,
        observation_id as event_id,
        observation_concept_id as concept_id,
        obs_event_field_concept_id as modified_field_id,
        observation_event_id as modified_id
    from observation

    union all

    select
        'observation' as event_table,
        person_id,
        observation_id as event_id,
        value_as_concept_id as concept_id,
        obs_event_field_concept_id as modified_field_id,
        observation_event_id as modified_id
    from observation

    union all

    select
        'procedure_occurrence' as event_table,
        person_id,
        procedure_occurrence_id as event_id,
        procedure_concept_id as concept_id,
        cast(null as bigint) as modified_field_id,
        cast(null as bigint) as modified_id
    from procedure_record

    union all

    select
        'procedure_occurrence' as event_table,
        person_id,
        procedure_occurrence_id as event_id,
        modifier_concept_id as concept_id,
        cast(null as bigint) as modified_field_id,
        cast(null as bigint) as modified_id
    from procedure_record

),

intent_record as (

    select
        record.event_table,
        record.person_id,
        record.event_id,
        record.concept_id,
        record.modified_field_id,
        record.modified_id,
        intent_concept.modality,
        intent_concept.aim
    from record
    inner join intent_concept
        on record.concept_id = intent_concept.concept_id

),

-- Where the record says it belongs: to the event that it is, and to what it modifies.
place as (

    select
        person_id,
        event_table,
        event_id,
        concept_id,
        modality,
        aim
    from intent_record

    union all

    select
        intent_record.person_id,
        event_field.event_table,
        intent_record.modified_id as event_id,
        intent_record.concept_id,
        intent_record.modality,
        intent_record.aim
    from intent_record
    inner join event_field
        on intent_record.modified_field_id = event_field.field_concept_id

),

treatment_event as (

    select
        person_id,
        treatment_id,
        event_table,
        event_id
    from {{ ref('treatment_event') }}

),

treatment_modality as (

    select
        person_id,
        treatment_id,
        modality
    from {{ ref('treatment_modality') }}

),

intent as (

    select distinct
        treatment_modality.person_id,
        treatment_modality.treatment_id,
        treatment_modality.modality,
        place.concept_id,
        place.aim
    from place
    inner join treatment_event
        on
            place.person_id = treatment_event.person_id
            and place.event_table = treatment_event.event_table
            and place.event_id = treatment_event.event_id
    inner join treatment_modality
        on
            treatment_event.person_id = treatment_modality.person_id
            and treatment_event.treatment_id = treatment_modality.treatment_id
            and place.modality = treatment_modality.modality

),

aims as (

    select
        person_id,
        treatment_id,
        modality,
        count(distinct aim) as n_aims
    from intent
    group by person_id, treatment_id, modality

)

select distinct
    intent.person_id,
    intent.treatment_id,
    intent.modality,
    intent.concept_id,
    aims.n_aims > 1 as is_contradictory
from intent
inner join aims
    on
        intent.person_id = aims.person_id
        and intent.treatment_id = aims.treatment_id
        and intent.modality = aims.modality
