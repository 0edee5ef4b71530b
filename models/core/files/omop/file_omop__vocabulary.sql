{{ config(enabled=reads_csv('omop') == 'yes') }}

{{ csv_rows('omop', 'vocabulary', 'vocabulary_id') }}
