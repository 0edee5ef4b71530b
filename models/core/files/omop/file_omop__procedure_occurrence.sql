{{ config(enabled=reads_csv('omop') == 'yes') }}

{{ csv_rows('omop', 'procedure_occurrence', 'procedure_occurrence_id') }}
