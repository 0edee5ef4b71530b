-- One row per person of the populations that are asked about, without direct identifiers: of the birth date, the year.
with

person as (

    select
        population,
        person_id,
        birth_date,
        sex_id,
        sex
    from {{ ref('population_persons') }}

),

-- What only OMOP knows of a person.
omop_person as (

    select
        'omop' as population,
        person_id,
        race_concept_id,
        ethnicity_concept_id,
        care_site_id,
        provider_id
    from {{ ref('stg_omop__person') }}

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
        person.population || '.' || {{ to_text('person.person_id') }} as person_key,
        person.population,
        person.person_id,
        cast(extract(year from person.birth_date) as bigint) as year_of_birth,
        person.sex_id,
        coalesce(person.sex, sex_concept.concept_name) as sex,
        omop_person.race_concept_id,
        race_concept.concept_name as race,
        omop_person.ethnicity_concept_id,
        ethnicity_concept.concept_name as ethnicity,
        person.population || '.' || {{ to_text('omop_person.care_site_id') }} as organisation_key,
        person.population || '.' || {{ to_text('omop_person.provider_id') }} as provider_key
    from person
    left join omop_person
        on
            person.population = omop_person.population
            and person.person_id = omop_person.person_id
    left join concept as sex_concept
        on
            person.sex_id = sex_concept.concept_id
            and person.population = 'omop'
    left join concept as race_concept
        on omop_person.race_concept_id = race_concept.concept_id
    left join concept as ethnicity_concept
        on omop_person.ethnicity_concept_id = ethnicity_concept.concept_id

)

select
    person_key,
    population,
    person_id,
    year_of_birth,
    sex_id,
    sex,
    race_concept_id,
    race,
    ethnicity_concept_id,
    ethnicity,
    organisation_key,
    provider_key
from final
