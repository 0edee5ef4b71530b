with episode_of_care as (

    select
        person_id,
        episode_id,
        start_date,
        end_date
    from {{ ref('episode_of_care') }}

),

episode_lineage as (

    select
        person_id,
        episode_id,
        kind,
        root_episode_id
    from {{ ref('episode_lineage') }}
    where root_episode_id is not null

),

episode_link as (

    select
        episode_event.episode_id,
        episode_event.event_id,
        event_field.event_table
    from {{ ref('stg_omop__episode_event') }} as episode_event
    inner join {{ ref('event_field') }} as event_field
        on episode_event.episode_event_field_concept_id = event_field.field_concept_id

),

person_with_episode as (

    select distinct person_id
    from episode_of_care

),

-- An event is known by its table, id, person and day: sources repeat ids.
any_event as (

    select
        'condition_occurrence' as event_table,
        person_id,
        condition_occurrence_id as event_id,
        condition_start_date as event_date
    from {{ ref('stg_omop__condition_occurrence') }}
    union all
    select
        'drug_exposure' as event_table,
        person_id,
        drug_exposure_id as event_id,
        drug_exposure_start_date as event_date
    from {{ ref('stg_omop__drug_exposure') }}
    union all
    select
        'procedure_occurrence' as event_table,
        person_id,
        procedure_occurrence_id as event_id,
        procedure_date as event_date
    from {{ ref('stg_omop__procedure_occurrence') }}
    union all
    select
        'measurement' as event_table,
        person_id,
        measurement_id as event_id,
        measurement_date as event_date
    from {{ ref('stg_omop__measurement') }}
    union all
    select
        'observation' as event_table,
        person_id,
        observation_id as event_id,
        observation_date as event_date
    from {{ ref('stg_omop__observation') }}
    union all
    select
        'device_exposure' as event_table,
        person_id,
        device_exposure_id as event_id,
        device_exposure_start_date as event_date
    from {{ ref('stg_omop__device_exposure') }}
    union all
    select
        'visit_occurrence' as event_table,
        person_id,
        visit_occurrence_id as event_id,
        visit_start_date as event_date
    from {{ ref('stg_omop__visit_occurrence') }}

),

clinical_event as (

    select distinct
        any_event.event_table,
        any_event.person_id,
        any_event.event_id,
        any_event.event_date
    from any_event
    inner join person_with_episode
        on any_event.person_id = person_with_episode.person_id
    where any_event.event_id is not null

),

-- A link to a phase or a treatment is credited to its root; a link to another person's episode is no link.
linked as (

    select
        clinical_event.event_table,
        clinical_event.person_id,
        clinical_event.event_id,
        clinical_event.event_date,
        episode_lineage.root_episode_id as episode_id,
        min(case when episode_lineage.kind = 'treatment' then episode_lineage.episode_id end) as treatment_id
    from clinical_event
    inner join episode_link
        on
            clinical_event.event_table = episode_link.event_table
            and clinical_event.event_id = episode_link.event_id
    inner join episode_lineage
        on
            episode_link.episode_id = episode_lineage.episode_id
            and clinical_event.person_id = episode_lineage.person_id
    group by
        clinical_event.event_table,
        clinical_event.person_id,
        clinical_event.event_id,
        clinical_event.event_date,
        episode_lineage.root_episode_id

),

linked_event as (

    select distinct
        event_table,
        person_id,
        event_id
    from linked

),

unlinked as (

    select
        clinical_event.event_table,
        clinical_event.person_id,
        clinical_event.event_id,
        clinical_event.event_date
    from clinical_event
    left join linked_event
        on
            clinical_event.event_table = linked_event.event_table
            and clinical_event.person_id = linked_event.person_id
            and clinical_event.event_id = linked_event.event_id
    where
        linked_event.event_id is null
        and clinical_event.event_date is not null
        and {{ 'true' if var('attach_by_dates') else 'false' }}

),

-- Several episodes can hold a day: the one that began last comes first, then the lowest id.
dated as (

    select
        unlinked.event_table,
        unlinked.person_id,
        unlinked.event_id,
        unlinked.event_date,
        episode_of_care.episode_id,
        row_number() over (
            partition by unlinked.event_table, unlinked.person_id, unlinked.event_id, unlinked.event_date
            order by episode_of_care.start_date desc, episode_of_care.episode_id asc
        ) as choice
    from unlinked
    inner join episode_of_care
        on
            unlinked.person_id = episode_of_care.person_id
            and unlinked.event_date >= episode_of_care.start_date
            and (unlinked.event_date <= episode_of_care.end_date or episode_of_care.end_date is null)

),

attached as (

    select
        event_table,
        event_id,
        person_id,
        event_date,
        episode_id,
        treatment_id,
        'link' as attached_by
    from linked
    union all
    select
        event_table,
        event_id,
        person_id,
        event_date,
        episode_id,
        cast(null as bigint) as treatment_id,
        'dates' as attached_by
    from dated
    where choice = 1

)

select
    event_table,
    event_id,
    person_id,
    event_date,
    episode_id,
    treatment_id,
    attached_by
from attached
