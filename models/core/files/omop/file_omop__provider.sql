{{ config(enabled=reads_csv('omop') == 'yes') }}

{{ csv_rows('omop', 'provider', 'provider_id') }}
