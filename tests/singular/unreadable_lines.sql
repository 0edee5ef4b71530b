-- Lines of CSV files that cannot be read: too few or too many columns, broken quotes, bytes of another encoding.
select
    population,
    file_name,
    line_number,
    reason
from {{ ref('unreadable_line') }}
