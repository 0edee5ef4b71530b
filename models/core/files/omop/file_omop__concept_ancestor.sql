{{ config(enabled=reads_csv('omop') == 'yes') }}

{{ csv_rows('omop', 'concept_ancestor', 'ancestor_concept_id') }}
