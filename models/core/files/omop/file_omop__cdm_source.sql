{{ config(enabled=reads_csv('omop') == 'yes') }}

{{ csv_rows('omop', 'cdm_source', 'cdm_source_name') }}
