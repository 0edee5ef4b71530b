"""The files of examples of reports: events, an indicator, and columns of its results."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from spec.reading import Grid, as_grid

FOLDER = Path(__file__).resolve().parent / "reports"


@dataclass(frozen=True)
class ReportExample:
    """One sentence that is proven: what was recorded, what the indicator says, and what the results show."""

    file: str
    name: str
    says: str
    proves: str
    rows: Grid
    resolved: dict[str, str]
    asked: str
    shows: Grid

    def indicator(self) -> dict[str, Any]:
        """Return what the indicator says beside its defaults."""
        return yaml.safe_load(self.asked) or {}


@dataclass(frozen=True)
class ReportFile:
    """One file of examples."""

    name: str
    title: str
    about: str
    examples: tuple[ReportExample, ...]


def report_files() -> list[ReportFile]:
    """Return all files, by name."""
    return [_file(path) for path in sorted(FOLDER.glob("*.yml"))]


def _file(path: Path) -> ReportFile:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    examples = tuple(
        ReportExample(
            file=path.stem,
            name=case["case"],
            says=" ".join(case["says"].split()),
            proves=str(case["proves"]),
            rows=as_grid(case["rows"]),
            resolved=case.get("resolved", {}),
            asked=case["asked"],
            shows=as_grid(case["shows"]),
        )
        for case in data["cases"]
    )
    return ReportFile(path.stem, data["title"], data["about"], examples)
