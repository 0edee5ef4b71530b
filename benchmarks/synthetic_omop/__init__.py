"""Invented oncology records in the shape of the OMOP common data model, the same for a seed on every machine."""
