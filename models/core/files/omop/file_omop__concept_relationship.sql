{{ config(enabled=reads_csv('omop') == 'yes') }}

{{ csv_rows('omop', 'concept_relationship', 'concept_id_1') }}
