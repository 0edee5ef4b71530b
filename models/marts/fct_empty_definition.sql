-- One row per definition that is empty although there is something to be in it, and reason (docs/semantics.md, 2.3 and
-- 4.3): a subquery whose rule matches rows, all of which are dropped; a sub-cohort, denominator or numerator without
-- members, each part of which has some. What to do about it stands beside it.
with

matched as (

    select
        pack,
        construct,
        definition,
        match_name,
        reason,
        n_rows,
        coalesce(
            sum(case when reason is null then n_rows end) over (partition by pack, match_name), 0
        ) as n_kept
    from {{ ref('matched_rows') }}
    where match_name <> ''

),

measure_size as (

    select
        measure,
        count(*) as n_members
    from {{ ref('measure_members') }}
    group by measure

),

part_size as (

    select
        'measure' as construct,
        measure as part,
        n_members
    from measure_size

    union all

    select
        'match' as construct,
        match_name as part,
        sum(n_rows) as n_members
    from matched
    where reason is null
    group by match_name

),

need as (

    -- one part with members is enough for a need
    select
        measure_part.measure,
        measure_part.need,
        coalesce(sum(part_size.n_members), 0) as n_members
    from {{ ref('catalogue_measure_part') }} as measure_part
    left join part_size
        on
            measure_part.construct = part_size.construct
            and measure_part.part = part_size.part
    group by measure_part.measure, measure_part.need

),

empty_measure as (

    select
        need.measure,
        min(need.n_members) as n_rows
    from need
    left join measure_size
        on need.measure = measure_size.measure
    where measure_size.measure is null
    group by need.measure
    having min(need.n_members) > 0

),

built_report as (

    select
        report,
        pack
    from {{ ref('dim_report') }}
    where is_built

),

used_measure as (

    select
        report,
        'sub_cohort' as kind,
        measure
    from {{ ref('catalogue_cohort') }}
    where measure is not null

    union

    select
        report,
        'denominator' as kind,
        denominator as measure
    from {{ ref('catalogue_report_indicator') }}

    union

    select
        report,
        'numerator' as kind,
        numerator as measure
    from {{ ref('catalogue_report_indicator') }}

),

found as (

    select
        pack,
        construct as kind,
        definition,
        reason,
        cast(sum(n_rows) as bigint) as n_rows
    from matched
    where n_kept = 0
    group by pack, construct, definition, reason

    union

    select
        built_report.pack,
        used_measure.kind,
        empty_measure.measure as definition,
        'parts_do_not_meet' as reason,
        cast(empty_measure.n_rows as bigint) as n_rows
    from empty_measure
    inner join used_measure
        on empty_measure.measure = used_measure.measure
    inner join built_report
        on used_measure.report = built_report.report

),

run_context as (

    select as_of
    from {{ ref('run_context') }}

),

final as (

    select
        found.pack,
        found.kind,
        found.definition,
        found.reason,
        found.n_rows,
        case found.reason
            when 'parts_do_not_meet'
                then
                    'No key meets all of them: compare their grains, windows, counts and filters. With at: person, '
                    || 'parts in different episodes meet.'
            when 'after_as_of' then 'Set the variable as_of to a later day, if these rows have happened.'
            when 'no person' then 'In the source, give these rows the id of a person.'
            when 'no event id' then 'In the source, give each row an id, or resolve the subquery by person.'
            else 'Load the episodes or keys that these rows belong to, or give the subquery resolve_by: person.'
        end as remedy,
        run_context.as_of
    from found
    cross join run_context

)

select
    pack,
    kind,
    definition,
    reason,
    n_rows,
    remedy,
    as_of
from final
