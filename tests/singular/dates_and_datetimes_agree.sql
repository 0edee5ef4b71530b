{{ config(severity='warn', fail_calc='coalesce(sum(n_rows), 0)') }}

-- Rows whose date column and optional timestamp name different days: the date column is read. And persons whose
-- birth_datetime is of another year than year_of_birth: the year, month and day of birth are read. Counts only.
{% set pairs = [
    ('condition_occurrence', 'condition_start_date', 'condition_start_datetime', '5.3'),
    ('condition_occurrence', 'condition_end_date', 'condition_end_datetime', '5.3'),
    ('death', 'death_date', 'death_datetime', '5.3'),
    ('device_exposure', 'device_exposure_start_date', 'device_exposure_start_datetime', '5.3'),
    ('device_exposure', 'device_exposure_end_date', 'device_exposure_end_datetime', '5.3'),
    ('drug_exposure', 'drug_exposure_start_date', 'drug_exposure_start_datetime', '5.3'),
    ('drug_exposure', 'drug_exposure_end_date', 'drug_exposure_end_datetime', '5.3'),
    ('episode', 'episode_start_date', 'episode_start_datetime', '5.4'),
    ('episode', 'episode_end_date', 'episode_end_datetime', '5.4'),
    ('measurement', 'measurement_date', 'measurement_datetime', '5.3'),
    ('observation', 'observation_date', 'observation_datetime', '5.3'),
    ('procedure_occurrence', 'procedure_date', 'procedure_datetime', '5.3'),
    ('procedure_occurrence', 'procedure_end_date', 'procedure_end_datetime', '5.4'),
    ('visit_occurrence', 'visit_start_date', 'visit_start_datetime', '5.3'),
    ('visit_occurrence', 'visit_end_date', 'visit_end_datetime', '5.3')
] %}

with compared as (

    {% for table, day, moment, since in pairs %}
        -- {{ ref('stg_omop__' ~ table) }}
        select
            '{{ table }}' as table_name,
            '{{ moment }}' as column_name,
            {{ omop_value(table, day, 'day', since) }} as recorded_day,
            {{ omop_value(table, moment, 'day', since) }} as day_of_moment
        from {{ omop_table(table) }}

        union all

    {% endfor %}
    -- {{ ref('stg_omop__person') }}
    select
        'person' as table_name,
        'birth_datetime' as column_name,
        case
            when birth.year_of_birth between 1 and 9999 then make_date(cast(birth.year_of_birth as integer), 1, 1)
        end as recorded_day,
        case
            when birth.birth_day is not null
                then make_date(cast(extract(year from birth.birth_day) as integer), 1, 1)
        end as day_of_moment
    from (
        select
            {{ omop_column('person', 'year_of_birth', 'bigint') }},
            {{ omop_value('person', 'birth_datetime', 'day') }} as birth_day
        from {{ omop_table('person') }}
    ) as birth

)

select
    table_name,
    column_name,
    count(*) as n_rows
from compared
where recorded_day <> day_of_moment
group by table_name, column_name
