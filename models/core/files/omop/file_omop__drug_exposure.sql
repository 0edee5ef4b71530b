{{ config(enabled=reads_csv('omop') == 'yes') }}

{{ csv_rows('omop', 'drug_exposure', 'drug_exposure_id') }}
