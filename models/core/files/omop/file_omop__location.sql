{{ config(enabled=reads_csv('omop') == 'yes') }}

{{ csv_rows('omop', 'location', 'location_id') }}
