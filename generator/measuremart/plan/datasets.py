"""The columns of a report's dataset (semantics.md section 7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from measuremart.plan import nodes
from measuremart.plan.nodes import Plan, Report

# person_id, episode_id, measure_resolver, cohort_date
LEADING = 4
# PostgreSQL has room for so many columns in a table (its manual, appendix K), and datasets are the same everywhere.
MOST_COLUMNS = 1600
# What a slice of a dataset holds at most, in lines of SQL, and what a measure adds. No engine takes hundreds of tables
# in one join, and no reader thousands of lines.
_LINES_OF_SLICE, _LINES, _LINES_WITH_NUMBER = 320, 22, 46


@dataclass(frozen=True, slots=True)
class DatasetColumn:
    """A column of a report's dataset beside the ids and the cohort date: what it says of which measure."""

    name: str
    measure: str
    says: Literal["qualified", "date", "number"]
    data_type: str
    description: str

    @property
    def is_of_measure(self) -> bool:
        """Whether it is a column of the measure itself, not of a sub-cohort that the measure defines."""
        return self.name == f"{self.measure}__{self.says}"


def dataset_measures(plan: Plan, report: Report) -> list[str]:
    """Return the measures that the dataset has columns for, each once, in the order of cohorts, indicators, dataset."""
    names = [m for _, m in _sub_cohorts(plan, report)]
    names += [m for i in report.listed for m in i.measures()]
    names += list(report.dataset)
    return list(dict.fromkeys(names))


def numbered_leaf(plan: Plan, measure: str) -> nodes.Subquery | None:
    """Return the subquery that a measure is a leaf over, where its target has a number."""
    expression = plan.measures[measure].expression
    if isinstance(expression, nodes.Leaf) and expression.subquery.number is not None:
        return expression.subquery
    return None


def dataset_columns(plan: Plan, report: Report) -> list[DatasetColumn]:
    """Return the dataset's columns beside the ids and the cohort date, in order."""
    columns = [
        DatasetColumn(f"{sub}__cohort_date", measure, "date", "date", f"Earliest known date in sub-cohort {sub}")
        for sub, measure in _sub_cohorts(plan, report)
    ]
    for measure in dataset_measures(plan, report):
        text = f"Whether measure {measure} has the key"
        columns.append(DatasetColumn(f"{measure}__qualified", measure, "qualified", "boolean", text))
        text = f"Earliest known date of measure {measure}"
        columns.append(DatasetColumn(f"{measure}__date", measure, "date", "date", text))
        if numbered_leaf(plan, measure) is not None:
            text = f"The number on the row of measure {measure}'s first date (lowest event id)"
            columns.append(DatasetColumn(f"{measure}__number", measure, "number", "numeric(38,10)", text))
    return columns


def dataset_slices(plan: Plan, report: Report) -> list[tuple[str, ...]]:
    """Return the measures of the dataset in slices that a reader can follow; one slice where all fit into it."""
    slices: list[list[str]] = [[]]
    lines = 0
    for measure in dataset_measures(plan, report):
        own = _LINES_WITH_NUMBER if numbered_leaf(plan, measure) is not None else _LINES
        if slices[-1] and lines + own > _LINES_OF_SLICE:
            slices.append([])
            lines = 0
        slices[-1].append(measure)
        lines += own
    return [tuple(measures) for measures in slices]


def _sub_cohorts(plan: Plan, report: Report) -> list[tuple[str, str]]:
    pairs = [pair for c in report.cohorts for pair in plan.cohorts[c].definitions]
    return list(dict.fromkeys(pairs))
