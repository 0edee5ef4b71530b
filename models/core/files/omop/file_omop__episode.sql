{{ config(enabled=reads_csv('omop') == 'yes') }}

{{ csv_rows('omop', 'episode', 'episode_id') }}
