-- One row per definition and reason: how many rows match its rules but are not members, since they have no person or
-- no value for the resolver (docs/semantics.md, 2.3). Rows in = rows kept + rows dropped. And what targets leave out.
with

dropped as (

    select
        pack,
        construct,
        definition,
        target_name,
        reason,
        cast(sum(n_rows) as bigint) as n_rows
    from {{ ref('matched_rows') }}
    where reason is not null
    group by pack, construct, definition, target_name, reason

    {% if 'oncology' in var('packs', ['oncology']) %}
        union all

        select
            pack,
            construct,
            definition,
            target_name,
            reason,
            n_rows
        from {{ ref('oncology_dropped') }}
    {% endif %}

),

run_context as (

    select as_of
    from {{ ref('run_context') }}

),

final as (

    select
        dropped.pack,
        dropped.construct,
        dropped.definition,
        dropped.target_name,
        dropped.reason,
        dropped.n_rows,
        run_context.as_of
    from dropped
    cross join run_context

)

select
    pack,
    construct,
    definition,
    target_name,
    reason,
    n_rows,
    as_of
from final
