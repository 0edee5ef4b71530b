"""Every example of a report, on the referee, DuckDB and PostgreSQL."""

from typing import Any

import pytest
from property.asked import named, results
from property.comparison import Trial, trial

from spec.report_reading import ReportExample, report_files

EXAMPLES = [example for file in report_files() for example in file.examples]


@pytest.fixture(scope="module")
def judge(postgres_dsn: str) -> Any:
    with trial(postgres_dsn) as found:
        yield found


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.file}-{example.name}")
def test_results(judge: Trial, example: ReportExample) -> None:
    """The evaluators agree (`results` sees to that), and say what the example says."""
    recorded = [tuple(row.values()) for row in example.rows.rows()]
    found = map(named, results(judge, recorded, example.resolved, **example.indicator()))  # type: ignore[arg-type]
    shown = [tuple(row[column] for column in example.shows.columns) for row in found]
    assert shown == [tuple(row.values()) for row in example.shows.rows()], example.says


def test_names_are_unique() -> None:
    names = [(example.file, example.name) for example in EXAMPLES]
    assert len(names) == len(set(names))
