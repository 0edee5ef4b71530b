{{ config(enabled=reads_csv('omop') == 'yes') }}

{{ csv_rows('omop', 'episode_event', 'episode_id') }}
