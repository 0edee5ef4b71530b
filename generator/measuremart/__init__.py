"""measuremart: readable measure definitions in, reviewed dbt models out."""

__version__ = "0.2.0"
