{{ config(enabled=reads_csv('omop') == 'yes') }}

{{ csv_rows('omop', 'death', 'person_id') }}
