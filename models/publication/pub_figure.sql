-- One row per publication that is not retracted, indicator, period, stratum, level and entity: what was shown. A count
-- that was hidden is null, and what follows from it, too. Rates, intervals and ranks are of the shown counts. Rows are
-- added and taken out by `measuremart publish` alone (docs/how-to/publish.md); a build never touches them.
select
    cast(null as bigint) as publication_id,
    {{ to_text('null') }} as report,
    {{ to_text('null') }} as audience,
    {{ to_text('null') }} as indicator,
    cast(null as bigint) as indicator_order,
    {{ to_text('null') }} as indicator_title,
    {{ to_text('null') }} as period_kind,
    {{ to_text('null') }} as period,
    cast(null as date) as start_date,
    cast(null as date) as end_date,
    {{ to_text('null') }} as stratifier,
    {{ to_text('null') }} as stratum,
    cast(null as bigint) as level_order,
    {{ to_text('null') }} as level_name,
    {{ to_text('null') }} as entity,
    {{ to_text('null') }} as entity_title,
    cast(null as bigint) as eligible,
    cast(null as bigint) as met,
    cast(null as numeric(18, 6)) as rate,
    cast(null as numeric(18, 6)) as lower_95,
    cast(null as numeric(18, 6)) as upper_95,
    cast(null as bigint) as peer_rank
where 1 = 0
