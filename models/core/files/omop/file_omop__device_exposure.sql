{{ config(enabled=reads_csv('omop') == 'yes') }}

{{ csv_rows('omop', 'device_exposure', 'device_exposure_id') }}
