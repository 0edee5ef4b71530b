-- Who has opted out of the purpose that this build serves, on the day that it honours. An opt-out of another known
-- purpose does not count; one of a purpose that nobody knows, or of none, does, and so does one without a day.
with opt_out as (

    select
        population,
        person_id,
        purpose,
        opted_out_on
    from {{ ref('stg_consent__opt_out') }}

),

run_context as (

    select as_of
    from {{ ref('run_context') }}

),

-- The purposes that this build does not serve.
other_purpose as (

    {% for purpose in var('purposes') if purpose != var('purpose') %}
        select '{{ purpose | replace("'", "''") }}' as purpose

        union all

    {% endfor %}
    select 'none' as purpose
    where 1 = 0

)

select distinct
    opt_out.population,
    opt_out.person_id
from opt_out
cross join run_context
left join other_purpose
    on opt_out.purpose = other_purpose.purpose
where
    opt_out.person_id is not null
    and other_purpose.purpose is null
    and (opt_out.opted_out_on is null or opt_out.opted_out_on <= {{ opt_out_day('run_context.as_of') }})
