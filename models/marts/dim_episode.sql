-- One row per episode of the populations that are asked about; of OMOP, per episode of care.
with

episode as (

    select
        population,
        person_id,
        episode_id,
        start_date,
        end_date
    from {{ ref('population_episodes') }}

),

-- What only OMOP knows of an episode.
episode_of_care as (

    select
        'omop' as population,
        person_id,
        episode_id,
        episode_object_concept_id,
        window_start_date,
        window_end_date
    from {{ ref('episode_of_care') }}

),

-- A vocabulary may repeat a concept; a dimension may not repeat its rows.
concept as (

    select
        concept_id,
        min(concept_name) as concept_name
    from {{ ref('stg_omop__concept') }}
    where concept_id <> 0
    group by concept_id

),

final as (

    select
        episode.population || '.' || {{ to_text('episode.person_id') }}
        || '.' || {{ to_text('episode.episode_id') }} as episode_key,
        episode.population || '.' || {{ to_text('episode.person_id') }} as person_key,
        episode.population,
        episode.person_id,
        episode.episode_id,
        episode_of_care.episode_object_concept_id as disease_concept_id,
        concept.concept_name as disease,
        episode.start_date,
        episode.end_date,
        episode_of_care.window_start_date,
        episode_of_care.window_end_date
    from episode
    left join episode_of_care
        on
            episode.population = episode_of_care.population
            and episode.person_id = episode_of_care.person_id
            and episode.episode_id = episode_of_care.episode_id
    left join concept
        on episode_of_care.episode_object_concept_id = concept.concept_id

)

select
    episode_key,
    person_key,
    population,
    person_id,
    episode_id,
    disease_concept_id,
    disease,
    start_date,
    end_date,
    window_start_date,
    window_end_date
from final
