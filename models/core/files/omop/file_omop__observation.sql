{{ config(enabled=reads_csv('omop') == 'yes') }}

{{ csv_rows('omop', 'observation', 'observation_id') }}
