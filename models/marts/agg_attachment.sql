-- One row per target and outcome: how many of its rows a link or their date attached to an episode of care, and how
-- many belong to none, and why (docs/semantics.md, 2.6). An event that is linked to two episodes is two rows. An event
-- after as_of is not seen: it belongs to none for that reason.
with

run_context as (

    select as_of
    from {{ ref('run_context') }}

),

seen as (

    {% for target in ['condition', 'drug', 'procedure', 'measurement', 'observation', 'device', 'visit'] %}
        select
            '{{ target }}' as target_name,
            target_row.attached_by,
            target_row.unattached_reason,
            coalesce(target_row.start_date > run_context.as_of, false) as is_after_as_of,
            count(*) as n_rows
        from {{ ref('target__' ~ target) }} as target_row
        cross join run_context
        group by
            target_row.attached_by,
            target_row.unattached_reason,
            coalesce(target_row.start_date > run_context.as_of, false)
        {% if not loop.last %}

            union all

        {% endif %}
    {% endfor %}

),

attachment as (

    select
        target_name,
        attached_by is not null and not is_after_as_of as is_attached,
        case when is_after_as_of then 'after_as_of' else coalesce(attached_by, unattached_reason) end as outcome,
        sum(n_rows) as n_rows
    from seen
    group by
        target_name,
        attached_by is not null and not is_after_as_of,
        case when is_after_as_of then 'after_as_of' else coalesce(attached_by, unattached_reason) end

),

final as (

    select
        attachment.target_name,
        attachment.is_attached,
        attachment.outcome,
        cast(attachment.n_rows as bigint) as n_rows,
        run_context.as_of
    from attachment
    cross join run_context

)

select
    target_name,
    is_attached,
    outcome,
    n_rows,
    as_of
from final
