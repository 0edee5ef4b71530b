select
    {{ omop_column('episode', 'episode_id', 'bigint') }},
    {{ omop_column('episode', 'person_id', 'bigint') }},
    {{ omop_column('episode', 'episode_concept_id', 'bigint') }},
    {{ omop_day('episode', 'episode_start_datetime', 'episode_start_date') }},
    {{ omop_day('episode', 'episode_end_datetime', 'episode_end_date') }},
    {{ omop_column('episode', 'episode_parent_id', 'bigint') }},
    {{ omop_column('episode', 'episode_number', 'bigint') }},
    {{ omop_column('episode', 'episode_object_concept_id', 'bigint') }},
    {{ omop_column('episode', 'episode_type_concept_id', 'bigint') }},
    {{ omop_column('episode', 'episode_source_value', 'text') }},
    {{ omop_column('episode', 'episode_source_concept_id', 'bigint') }}
from {{ omop_table('episode') }}
