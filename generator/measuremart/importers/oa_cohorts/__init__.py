"""The configuration of oa-cohorts (docs/how-to/import-oa-cohorts.md): CSV tables in, a pack of definitions out."""
