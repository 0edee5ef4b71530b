{{ config(enabled=reads_csv('omop') == 'yes') }}

{{ csv_rows('omop', 'care_site', 'care_site_id') }}
