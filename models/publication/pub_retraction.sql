-- One row per publication that was retracted: by whom, and when. Its figures are gone from pub_figure; the rest stays.
-- Rows are added by `measuremart publish --retract` alone; a build never touches them.
select
    cast(null as bigint) as publication_id,
    {{ to_text('null') }} as retracted_by,
    {{ to_text('null') }} as retracted_at
where 1 = 0
