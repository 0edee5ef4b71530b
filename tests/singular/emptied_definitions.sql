{{ config(severity='warn') }}

-- Definitions that match rows and keep none, and measures that are empty although their parts are not.
select
    pack,
    kind,
    definition,
    reason,
    n_rows,
    remedy
from {{ ref('fct_empty_definition') }}
