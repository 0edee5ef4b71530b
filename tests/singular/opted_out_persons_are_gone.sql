-- Looks for opted-out persons in every mart that holds persons. How many rows, never whose.
with found as (

    {% for mart in [
        'dim_person',
        'dim_episode',
        'fct_measure_member',
        'fct_cohort_member',
        'fct_cohort_stratum',
        'fct_indicator_member',
        'fct_indicator_result',
    ] %}
        {% if not loop.first %}union all{% endif %}
        select
            '{{ mart }}' as mart,
            count(*) as n_rows
        from {{ ref(mart) }} as mart
        inner join {{ ref('opted_out_person') }} as opted_out
            on
                mart.population = opted_out.population
                and mart.person_id = opted_out.person_id
    {% endfor %}

    union all

    -- OMOP's table of cohorts holds OMOP persons only, and does not say so
    select
        'cohort' as mart,
        count(*) as n_rows
    from {{ ref('cohort') }} as cohort
    inner join {{ ref('opted_out_person') }} as opted_out
        on
            opted_out.population = 'omop'
            and cohort.subject_id = opted_out.person_id

)

select
    mart,
    n_rows
from found
where n_rows > 0
