"""Random definitions and random data through every evaluator: the referee, DuckDB and PostgreSQL must agree."""
