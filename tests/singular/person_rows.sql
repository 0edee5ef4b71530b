{{ config(severity='warn', fail_calc='coalesce(sum(n_rows), 0)') }}

-- Rows of the source's person table that staging leaves out: those without an id, and all but one of a repeated person.
with source_person as (

    select {{ omop_column('person', 'person_id', 'bigint') }}
    from {{ omop_table('person') }}

),

counted as (

    select
        count(*) - count(person_id) as n_without_id,
        count(person_id) - count(distinct person_id) as n_repeats
    from source_person

)

select
    'person_id is null' as problem,
    n_without_id as n_rows
from counted
where n_without_id > 0
union all
select
    'a repeated person' as problem,
    n_repeats as n_rows
from counted
where n_repeats > 0
