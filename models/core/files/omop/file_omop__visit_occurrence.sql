{{ config(enabled=reads_csv('omop') == 'yes') }}

{{ csv_rows('omop', 'visit_occurrence', 'visit_occurrence_id') }}
