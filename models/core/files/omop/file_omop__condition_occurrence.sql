{{ config(enabled=reads_csv('omop') == 'yes') }}

{{ csv_rows('omop', 'condition_occurrence', 'condition_occurrence_id') }}
