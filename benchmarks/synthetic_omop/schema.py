"""The tables and columns that are made: a subset of the OMOP common data model 5.4, in its names."""

ID, INT, NUMBER, DATE, DATETIME, TEXT = "id", "int", "number", "date", "datetime", "text"


def _concepts(*names: str) -> list[tuple[str, str]]:
    return [(f"{name}_concept_id", ID) for name in names]


def _span(prefix: str, end: str | None = None) -> list[tuple[str, str]]:
    """Start and end of an event, each as a day and as a moment."""
    return [
        (f"{prefix}_start_date", DATE),
        (f"{prefix}_start_datetime", DATETIME),
        (f"{end or prefix}_end_date", DATE),
        (f"{end or prefix}_end_datetime", DATETIME),
    ]


_WHERE = [("provider_id", ID), ("visit_occurrence_id", ID)]

TABLES: dict[str, list[tuple[str, str]]] = {
    "location": [("location_id", ID), ("city", TEXT), ("county", TEXT), ("location_source_value", TEXT)],
    "care_site": [
        ("care_site_id", ID),
        ("care_site_name", TEXT),
        ("place_of_service_concept_id", ID),
        ("location_id", ID),
    ],
    "provider": [
        ("provider_id", ID),
        ("provider_name", TEXT),
        ("specialty_concept_id", ID),
        ("care_site_id", ID),
    ],
    "person": [
        ("person_id", ID),
        ("gender_concept_id", ID),
        ("year_of_birth", INT),
        ("month_of_birth", INT),
        ("day_of_birth", INT),
        ("birth_datetime", DATETIME),
        *_concepts("race", "ethnicity"),
        ("location_id", ID),
        ("provider_id", ID),
        ("care_site_id", ID),
    ],
    "death": [
        ("person_id", ID),
        ("death_date", DATE),
        ("death_datetime", DATETIME),
        *_concepts("death_type", "cause"),
    ],
    "observation_period": [
        ("observation_period_id", ID),
        ("person_id", ID),
        ("observation_period_start_date", DATE),
        ("observation_period_end_date", DATE),
        ("period_type_concept_id", ID),
    ],
    "visit_occurrence": [
        ("visit_occurrence_id", ID),
        ("person_id", ID),
        ("visit_concept_id", ID),
        *_span("visit"),
        ("visit_type_concept_id", ID),
        ("provider_id", ID),
        ("care_site_id", ID),
        ("visit_source_value", TEXT),
    ],
    "condition_occurrence": [
        ("condition_occurrence_id", ID),
        ("person_id", ID),
        ("condition_concept_id", ID),
        *_span("condition"),
        *_concepts("condition_type", "condition_status"),
        *_WHERE,
        ("condition_source_value", TEXT),
    ],
    "drug_exposure": [
        ("drug_exposure_id", ID),
        ("person_id", ID),
        ("drug_concept_id", ID),
        *_span("drug_exposure"),
        ("drug_type_concept_id", ID),
        ("quantity", NUMBER),
        *_WHERE,
        ("drug_source_value", TEXT),
    ],
    "procedure_occurrence": [
        ("procedure_occurrence_id", ID),
        ("person_id", ID),
        ("procedure_concept_id", ID),
        ("procedure_date", DATE),
        ("procedure_datetime", DATETIME),
        ("procedure_end_date", DATE),
        ("procedure_end_datetime", DATETIME),
        *_concepts("procedure_type", "modifier"),
        *_WHERE,
        ("procedure_source_value", TEXT),
    ],
    "measurement": [
        ("measurement_id", ID),
        ("person_id", ID),
        ("measurement_concept_id", ID),
        ("measurement_date", DATE),
        ("measurement_datetime", DATETIME),
        ("measurement_type_concept_id", ID),
        ("value_as_number", NUMBER),
        *_concepts("value_as", "unit"),
        *_WHERE,
        ("measurement_source_value", TEXT),
        ("value_source_value", TEXT),
        ("measurement_event_id", ID),
        ("meas_event_field_concept_id", ID),
    ],
    "observation": [
        ("observation_id", ID),
        ("person_id", ID),
        ("observation_concept_id", ID),
        ("observation_date", DATE),
        ("observation_datetime", DATETIME),
        ("observation_type_concept_id", ID),
        ("value_as_number", NUMBER),
        ("value_as_string", TEXT),
        *_concepts("value_as", "qualifier", "unit"),
        *_WHERE,
        ("observation_source_value", TEXT),
        ("observation_event_id", ID),
        ("obs_event_field_concept_id", ID),
    ],
    "device_exposure": [
        ("device_exposure_id", ID),
        ("person_id", ID),
        ("device_concept_id", ID),
        *_span("device_exposure"),
        ("device_type_concept_id", ID),
        ("quantity", NUMBER),
        *_WHERE,
        ("device_source_value", TEXT),
    ],
    "episode": [
        ("episode_id", ID),
        ("person_id", ID),
        ("episode_concept_id", ID),
        *_span("episode"),
        ("episode_parent_id", ID),
        ("episode_number", INT),
        *_concepts("episode_object", "episode_type"),
        ("episode_source_value", TEXT),
    ],
    "episode_event": [("episode_id", ID), ("event_id", ID), ("episode_event_field_concept_id", ID)],
    "concept": [
        ("concept_id", ID),
        ("concept_name", TEXT),
        ("domain_id", TEXT),
        ("vocabulary_id", TEXT),
        ("concept_class_id", TEXT),
        ("standard_concept", TEXT),
        ("concept_code", TEXT),
        ("valid_start_date", DATE),
        ("valid_end_date", DATE),
        ("invalid_reason", TEXT),
    ],
    "concept_ancestor": [
        ("ancestor_concept_id", ID),
        ("descendant_concept_id", ID),
        ("min_levels_of_separation", INT),
        ("max_levels_of_separation", INT),
    ],
    "concept_relationship": [
        ("concept_id_1", ID),
        ("concept_id_2", ID),
        ("relationship_id", TEXT),
        ("valid_start_date", DATE),
        ("valid_end_date", DATE),
        ("invalid_reason", TEXT),
    ],
    "vocabulary": [
        ("vocabulary_id", TEXT),
        ("vocabulary_name", TEXT),
        ("vocabulary_reference", TEXT),
        ("vocabulary_version", TEXT),
        ("vocabulary_concept_id", ID),
    ],
    "cdm_source": [
        ("cdm_source_name", TEXT),
        ("cdm_source_abbreviation", TEXT),
        ("cdm_holder", TEXT),
        ("source_release_date", DATE),
        ("cdm_release_date", DATE),
        ("cdm_version", TEXT),
        ("vocabulary_version", TEXT),
    ],
}

# How a record says that it modifies an episode.
EPISODE_FIELD = 756290

# What an event of each table is called in episode_event, its day column, and its moment column.
EVENT_FIELDS = {
    "condition_occurrence": (1147127, "condition_start"),
    "drug_exposure": (1147094, "drug_exposure_start"),
    "procedure_occurrence": (1147082, "procedure"),
    "measurement": (1147138, "measurement"),
    "observation": (1147165, "observation"),
    "visit_occurrence": (1147070, "visit_start"),
    "device_exposure": (1147115, "device_exposure_start"),
}
