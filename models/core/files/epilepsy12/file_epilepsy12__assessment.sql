{{ config(enabled='epilepsy12' in var('packs', []) and reads_csv('e12') == 'yes') }}

{{ csv_rows('e12', 'assessment', 'child_id') }}
