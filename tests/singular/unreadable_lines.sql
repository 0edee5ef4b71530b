{{ config(enabled=reads_csv('omop') == 'yes' or ('epilepsy12' in var('packs') and reads_csv('e12') == 'yes')) }}

-- Lines of CSV files that cannot be read: too few or too many columns, broken quotes, bytes that are not in the encoding.
select
    population,
    file_name,
    line_number,
    reason
from {{ ref('unreadable_line') }}
