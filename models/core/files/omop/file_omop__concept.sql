{{ config(enabled=reads_csv('omop') == 'yes') }}

{{ csv_rows('omop', 'concept', 'concept_id') }}
