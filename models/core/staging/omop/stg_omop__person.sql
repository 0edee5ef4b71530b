with opted_out as (

    select person_id
    from {{ ref('opted_out_person') }}
    where population = 'omop'

),

recorded as (

    select
        {{ omop_column('person', 'person_id', 'bigint') }},
        {{ omop_value('person', 'birth_datetime', 'day') }} as birth_day,
        {{ omop_column('person', 'year_of_birth', 'bigint') }},
        {{ omop_column('person', 'month_of_birth', 'bigint') }},
        {{ omop_column('person', 'day_of_birth', 'bigint') }},
        {{ omop_column('person', 'gender_concept_id', 'bigint') }},
        {{ omop_column('person', 'race_concept_id', 'bigint') }},
        {{ omop_column('person', 'ethnicity_concept_id', 'bigint') }},
        {{ omop_column('person', 'care_site_id', 'bigint') }},
        {{ omop_column('person', 'provider_id', 'bigint') }},
        {{ omop_column('person', 'location_id', 'bigint') }}
    from {{ omop_table('person') }}

),

-- A month that is missing or impossible counts as January.
with_birth_month as (

    select
        person_id,
        birth_day,
        year_of_birth,
        case
            when year_of_birth between 1 and 9999
                then make_date(
                    cast(year_of_birth as integer),
                    case when month_of_birth between 1 and 12 then cast(month_of_birth as integer) else 1 end,
                    1
                )
        end as birth_month,
        day_of_birth,
        gender_concept_id,
        race_concept_id,
        ethnicity_concept_id,
        care_site_id,
        provider_id,
        location_id
    from recorded

),

-- A day that is missing, or that the month does not have (31 February), counts as the first.
with_birth_date as (

    select
        person_id,
        -- the day of birth_datetime counts only where it is of the year of birth, or where that is not known
        coalesce(
            case
                when year_of_birth is null or extract(year from birth_day) = year_of_birth
                    then birth_day
            end,
            case
                when day_of_birth between 1 and extract(day from {{ add_interval('birth_month', 1, -1) }})
                    then {{ add_interval('birth_month', 0, 'day_of_birth - 1') }}
                else birth_month
            end
        ) as birth_date,
        gender_concept_id,
        race_concept_id,
        ethnicity_concept_id,
        care_site_id,
        provider_id,
        location_id
    from with_birth_month

),

-- A repeated person is one person: the row with the earliest known birth date, then the lowest known ids. The order
-- leaves only equal rows to choose from. Rows without an id are nobody's.
numbered as (

    select
        person_id,
        birth_date,
        gender_concept_id,
        race_concept_id,
        ethnicity_concept_id,
        care_site_id,
        provider_id,
        location_id,
        row_number() over (
            partition by person_id
            order by
                birth_date asc nulls last,
                nullif(gender_concept_id, 0) asc nulls last,
                nullif(race_concept_id, 0) asc nulls last,
                nullif(ethnicity_concept_id, 0) asc nulls last,
                care_site_id asc nulls last,
                provider_id asc nulls last,
                location_id asc nulls last,
                gender_concept_id asc nulls last,
                race_concept_id asc nulls last,
                ethnicity_concept_id asc nulls last
        ) as repeat_number
    from with_birth_date
    where person_id is not null

)

select
    person_id,
    birth_date,
    gender_concept_id,
    race_concept_id,
    ethnicity_concept_id,
    care_site_id,
    provider_id,
    location_id
from numbered
where
    repeat_number = 1
    and not exists (
        select 1
        from opted_out
        where opted_out.person_id = numbered.person_id
    )
