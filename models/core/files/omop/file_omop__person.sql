{{ config(enabled=reads_csv('omop') == 'yes') }}

{{ csv_rows('omop', 'person', 'person_id') }}
