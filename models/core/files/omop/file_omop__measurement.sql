{{ config(enabled=reads_csv('omop') == 'yes') }}

{{ csv_rows('omop', 'measurement', 'measurement_id') }}
