-- One row per episode of care: the days between which the window targets count.
with run_context as (

    select as_of
    from {{ ref('run_context') }}

),

episode_of_care as (

    select
        person_id,
        episode_id,
        start_date
    from {{ ref('episode_of_care') }}

),

referral_concept as (

    select concept_id
    from {{ ref('concept_set_concept') }}
    where concept_set = 'cancer_referrals'

),

consultation_concept as (

    select concept_id
    from {{ ref('concept_set_concept') }}
    where concept_set = 'specialist_consultations'

),

specialty_concept as (

    select concept_id
    from {{ ref('concept_set_concept') }}
    where concept_set = 'specialist_specialties'

),

diagnosis as (

    select
        person_id,
        episode_id,
        min(condition_date) as first_date
    from {{ ref('target__dx_primary') }}
    group by person_id, episode_id

),

referral_event as (

    select
        observation_event.person_id,
        observation_event.episode_id,
        observation_event.start_date
    from {{ ref('target__observation') }} as observation_event
    inner join referral_concept
        on observation_event.concept_id = referral_concept.concept_id
    cross join run_context
    where
        observation_event.episode_id is not null
        and observation_event.start_date <= run_context.as_of

    union all

    select
        procedure_event.person_id,
        procedure_event.episode_id,
        procedure_event.start_date
    from {{ ref('target__procedure') }} as procedure_event
    inner join referral_concept
        on procedure_event.concept_id = referral_concept.concept_id
    cross join run_context
    where
        procedure_event.episode_id is not null
        and procedure_event.start_date <= run_context.as_of

    union all

    select
        visit_event.person_id,
        visit_event.episode_id,
        visit_event.start_date
    from {{ ref('target__visit') }} as visit_event
    inner join referral_concept
        on visit_event.concept_id = referral_concept.concept_id
    cross join run_context
    where
        visit_event.episode_id is not null
        and visit_event.start_date <= run_context.as_of

),

referral as (

    select
        person_id,
        episode_id,
        min(start_date) as first_date
    from referral_event
    group by person_id, episode_id

),

specialist_event as (

    select
        observation_event.person_id,
        observation_event.episode_id,
        observation_event.start_date
    from {{ ref('target__observation') }} as observation_event
    inner join consultation_concept
        on observation_event.concept_id = consultation_concept.concept_id
    cross join run_context
    where
        observation_event.episode_id is not null
        and observation_event.start_date <= run_context.as_of

    union all

    select
        procedure_event.person_id,
        procedure_event.episode_id,
        procedure_event.start_date
    from {{ ref('target__procedure') }} as procedure_event
    inner join consultation_concept
        on procedure_event.concept_id = consultation_concept.concept_id
    cross join run_context
    where
        procedure_event.episode_id is not null
        and procedure_event.start_date <= run_context.as_of

    union all

    select
        visit_event.person_id,
        visit_event.episode_id,
        visit_event.start_date
    from {{ ref('target__visit') }} as visit_event
    inner join consultation_concept
        on visit_event.concept_id = consultation_concept.concept_id
    cross join run_context
    where
        visit_event.episode_id is not null
        and visit_event.start_date <= run_context.as_of

    union all

    select
        ev_visit.person_id,
        ev_visit.episode_id,
        ev_visit.start_date
    from {{ ref('target__ev_visit') }} as ev_visit
    inner join specialty_concept
        on ev_visit.specialty_id = specialty_concept.concept_id
    cross join run_context
    where
        ev_visit.episode_id is not null
        and ev_visit.start_date <= run_context.as_of

),

specialist as (

    select
        person_id,
        episode_id,
        min(start_date) as first_date
    from specialist_event
    group by person_id, episode_id

),

-- A treatment whose end is not known is known on its first day; one that ends after as_of still goes on that day.
treatment as (

    select
        tx_any.person_id,
        tx_any.episode_id,
        min(tx_any.start_date) as first_date,
        max(
            case
                when coalesce(tx_any.end_date, tx_any.start_date) > run_context.as_of then run_context.as_of
                else coalesce(tx_any.end_date, tx_any.start_date)
            end
        ) as last_date
    from {{ ref('target__tx_any') }} as tx_any
    cross join run_context
    where
        tx_any.episode_id is not null
        and (tx_any.start_date is null or tx_any.start_date <= run_context.as_of)
    group by tx_any.person_id, tx_any.episode_id

),

death as (

    select
        recorded.person_id,
        min(recorded.start_date) as death_date
    from {{ ref('target__death') }} as recorded
    cross join run_context
    where recorded.start_date <= run_context.as_of
    group by recorded.person_id

)

select
    episode_of_care.person_id,
    episode_of_care.episode_id,
    coalesce(episode_of_care.start_date, diagnosis.first_date) as diagnosis_date,
    referral.first_date as referral_date,
    specialist.first_date as specialist_date,
    treatment.first_date as first_treatment_date,
    treatment.last_date as last_treatment_date,
    death.death_date
from episode_of_care
left join diagnosis
    on
        episode_of_care.person_id = diagnosis.person_id
        and episode_of_care.episode_id = diagnosis.episode_id
left join referral
    on
        episode_of_care.person_id = referral.person_id
        and episode_of_care.episode_id = referral.episode_id
left join specialist
    on
        episode_of_care.person_id = specialist.person_id
        and episode_of_care.episode_id = specialist.episode_id
left join treatment
    on
        episode_of_care.person_id = treatment.person_id
        and episode_of_care.episode_id = treatment.episode_id
left join death
    on episode_of_care.person_id = death.person_id
