-- One row per publication: of which report, for whom, who approved it, as of which day, by which policy. Rows are added
-- by `measuremart publish` alone (docs/how-to/publish.md). A build makes the empty table once and never touches it
-- again, --full-refresh included.
select
    cast(null as bigint) as publication_id,
    {{ to_text('null') }} as report,
    {{ to_text('null') }} as report_title,
    {{ to_text('null') }} as audience,
    {{ to_text('null') }} as approver,
    {{ to_text('null') }} as published_at,
    cast(null as date) as as_of,
    {{ to_text('null') }} as method,  -- noqa: RF04
    cast(null as bigint) as below,
    cast(null as bigint) as round_to,
    cast(null as bigint) as leaves,
    cast(null as date) as newest_source_day,
    {{ to_text('null') }} as source_release,
    {{ to_text('null') }} as measuremart_version,
    cast(null as bigint) as figures
where 1 = 0
