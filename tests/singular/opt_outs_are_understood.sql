-- Opt-outs of a population that no definition names would be ignored, and those of a purpose that nobody knows hold for all.
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
        and opt_out.purpose not in ('any', '', '{{ var('purposes') | join("', '") }}')
    )
group by opt_out.population, opt_out.purpose
