-- One row per publication and count that was hidden: where it stands, and why. No value stands here, so that the rows
-- stay when a publication is retracted. Rows are added by `measuremart publish` alone; a build never touches them.
select
    cast(null as bigint) as publication_id,
    {{ to_text('null') }} as indicator,
    {{ to_text('null') }} as period_kind,
    {{ to_text('null') }} as period,
    {{ to_text('null') }} as stratifier,
    {{ to_text('null') }} as stratum,
    {{ to_text('null') }} as level_name,
    {{ to_text('null') }} as entity,
    {{ to_text('null') }} as quantity,
    {{ to_text('null') }} as reason
where 1 = 0
