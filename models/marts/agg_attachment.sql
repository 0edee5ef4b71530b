-- One row per target and outcome: how many of its rows a link or their date attached to an episode of care, and how
-- many belong to none, and why (docs/semantics.md, 2.6). An event that is linked to two episodes is two rows.
with

attachment as (

    {% for target in ['condition', 'drug', 'procedure', 'measurement', 'observation', 'device', 'visit'] %}
        select
            '{{ target }}' as target_name,
            attached_by,
            unattached_reason,
            count(*) as n_rows
        from {{ ref('target__' ~ target) }}
        group by attached_by, unattached_reason
        {% if not loop.last %}

            union all

        {% endif %}
    {% endfor %}

),

run_context as (

    select as_of
    from {{ ref('run_context') }}

),

final as (

    select
        attachment.target_name,
        attachment.attached_by is not null as is_attached,
        coalesce(attachment.attached_by, attachment.unattached_reason) as outcome,
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
