-- Opt-outs of a population that no definition names would be ignored; those of an unknown purpose hold for all.
with known as (

    select population
    from {{ ref('catalogue_measure') }}

    union

    select 'omop' as population

)

select
    opt_out.population,
    opt_out.purpose,
    count(*) as n_rows
from {{ ref('stg_consent__opt_out') }} as opt_out
left join known
    on opt_out.population = known.population
where
    known.population is null
    or (
        opt_out.purpose is not null
        and opt_out.purpose not in ('any', '')
        {% for purpose in var('purposes') %}
            and opt_out.purpose <> '{{ purpose | replace("'", "''") }}'
        {% endfor %}
    )
group by opt_out.population, opt_out.purpose
