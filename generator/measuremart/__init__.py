"""measuremart: readable measure definitions in, reviewed dbt models out."""
