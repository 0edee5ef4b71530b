-- One row per figure of a retracted publication: what was shown once. A retraction moves the row here from pub_figure,
-- so that nobody is shown it, and later publications are still checked against it: somebody may have kept it. Rows are
-- added by `measuremart publish` alone; a build never touches them.
select
    cast(null as bigint) as publication_id,
    {{ to_text('null') }} as indicator,
    {{ to_text('null') }} as period_kind,
    {{ to_text('null') }} as period,
    cast(null as date) as start_date,
    cast(null as date) as end_date,
    {{ to_text('null') }} as stratifier,
    {{ to_text('null') }} as stratum,
    {{ to_text('null') }} as level_name,
    {{ to_text('null') }} as entity,
    cast(null as bigint) as eligible,
    cast(null as bigint) as met
where 1 = 0
