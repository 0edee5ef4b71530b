{{ config(enabled=reads_csv('omop') == 'yes') }}

{{ csv_rows('omop', 'observation_period', 'observation_period_id') }}
