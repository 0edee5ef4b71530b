-- One row per publication and indicator: which version of its definition was published. Rows are added by
-- `measuremart publish` alone; a build never touches them.
select
    cast(null as bigint) as publication_id,
    {{ to_text('null') }} as indicator,
    cast(null as bigint) as indicator_order,
    {{ to_text('null') }} as title,
    {{ to_text('null') }} as description,
    cast(null as bigint) as version  -- noqa: RF04
where 1 = 0
