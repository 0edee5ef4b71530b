-- OMOP's table of cohorts: each member of a measure, and each key of a report, on its day. It begins and ends on that
-- day: a member says when something became true, not for how long. Members without a date have no row (OMOP wants one).
with

member as (

    select
        measure,
        person_id,
        measure_date
    from {{ ref('fct_measure_member') }}
    where population = 'omop'

),

cohort_key as (

    select
        report,
        person_id,
        cohort_date
    from {{ ref('report_cohort_keys') }}
    where population = 'omop'

),

cohort_definition as (

    select
        construct,
        definition,
        cohort_definition_id
    from {{ ref('catalogue_cohort_definition') }}

),

dated as (

    select
        cohort_definition.cohort_definition_id,
        member.person_id as subject_id,
        member.measure_date as member_date
    from member
    inner join cohort_definition
        on
            member.measure = cohort_definition.definition
            and cohort_definition.construct = 'measure'

    union

    select
        cohort_definition.cohort_definition_id,
        cohort_key.person_id as subject_id,
        cohort_key.cohort_date as member_date
    from cohort_key
    inner join cohort_definition
        on
            cohort_key.report = cohort_definition.definition
            and cohort_definition.construct = 'report'

)

select
    cohort_definition_id,
    subject_id,
    member_date as cohort_start_date,
    member_date as cohort_end_date
from dated
where member_date is not null
