"""Checks of how broad a table becomes."""

from __future__ import annotations

from collections.abc import Iterator

from measuremart.checks.finding import Finding, Material
from measuremart.plan.datasets import LEADING, MOST_COLUMNS, dataset_columns, dataset_measures
from measuremart.problems import Kind


def too_broad_dataset(material: Material) -> Iterator[Finding]:
    """A report whose dataset would have more than 1,600 columns.

    What: four columns, one for each sub-cohort, and two or three for each measure that the report's cohorts,
    indicators and `dataset:` name come to more than 1,600. An error.

    Why: a PostgreSQL table has no room for more, and the build would stop there.

    Example: a report with 800 measures.

    Fix: split the report in two, or name fewer measures under `dataset:`.
    """
    for name, report in material.plan.reports.items():
        if not all(m in material.plan.measures for m in dataset_measures(material.plan, report)):
            continue  # a measure that was refused: its own error comes first
        count = LEADING + len(dataset_columns(material.plan, report))
        if count > MOST_COLUMNS:
            defined = material.catalogue.of("reports")[name]
            text = (
                f"the dataset of report '{name}' would have {count:,} columns, and a table has room for "
                f"{MOST_COLUMNS:,}: split the report, or name fewer measures"
            )
            yield Finding(defined, defined.position, text, Kind.MEANING)
