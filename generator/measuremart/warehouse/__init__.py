"""The only way to a database: through the `dbt` command, so that credentials stay dbt's."""
