-- One row per target and outcome: how many of its rows a link or their date attached to an episode of care, and how
-- many belong to none, and why (docs/semantics.md, 2.6). An event that is linked to two episodes is two rows. An event
-- after as_of is not seen: it belongs to none for that reason. An event that no definition asks about is in no target,
-- and is counted in the source (2.9).
{% set targets = {
    'condition': ('stg_omop__condition_occurrence', 'condition_concept_id'),
    'drug': ('stg_omop__drug_exposure', 'drug_concept_id'),
    'procedure': ('stg_omop__procedure_occurrence', 'procedure_concept_id'),
    'measurement': ('stg_omop__measurement', 'measurement_concept_id'),
    'observation': ('stg_omop__observation', 'observation_concept_id'),
    'device': ('stg_omop__device_exposure', 'device_concept_id'),
    'visit': ('stg_omop__visit_occurrence', 'visit_concept_id'),
} %}

with

asked_concept as (

    select
        target_model,
        concept_id
    from {{ ref('asked_concept') }}

),

run_context as (

    select as_of
    from {{ ref('run_context') }}

),

seen as (

    {% for target, (source_model, concept_column) in targets.items() %}
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

        union all

        select
            '{{ target }}' as target_name,
            null as attached_by,
            'not_asked' as unattached_reason,
            false as is_after_as_of,
            count(*) as n_rows
        from {{ ref(source_model) }} as recorded
        where
            not coalesce(
                recorded.{{ concept_column }} in (
                    select asked_concept.concept_id
                    from asked_concept
                    where asked_concept.target_model = 'target__{{ target }}'
                ),
                false
            )
            and not exists (
                select 1
                from asked_concept
                where asked_concept.target_model = 'target__{{ target }}' and asked_concept.concept_id is null
            )
        having count(*) > 0
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
