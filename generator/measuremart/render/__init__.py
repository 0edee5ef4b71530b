"""The plan as dbt models: a pure function from the plan to the text of every generated file."""
